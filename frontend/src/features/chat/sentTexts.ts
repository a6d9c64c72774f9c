import { texts } from "../../i18n";

const inEnglish = new Intl.NumberFormat("en").format;
const inChinese = new Intl.NumberFormat("zh-CN").format;

const en = {
  title: "What the model was sent",
  lead: "For the last reply, as it was written down when that ended.",
  none: "Nothing has been sent yet.",
  writing: "The last reply is being written. What was sent for it is told when it has ended.",
  before:
    "Nothing was written down for the last reply: it is from before this was kept, or the server stopped while it was written.",
  part: (n: number) => (n === 1 ? "First part" : `Continued, part ${n}`),
  model: "Model",
  instructions: "Instructions",
  noInstructions: "None",
  show: (count: number) => `${inEnglish(count)} ${count === 1 ? "character" : "characters"}`,
  params: "Parameters",
  noParams: "None set",
  param: (name: string) => `${name}: `,
  notSent: (names: string[]) => `Not sent: ${names.join(", ")}`,
  messages: "Messages",
  count: (count: number) => inEnglish(count),
  first: "See the first of them",
  leftOut: "Left out",
  reasons: {
    budget: (count: number) =>
      `${inEnglish(count)} ${count === 1 ? "message" : "messages"}: no room in what the model takes`,
    failed: (count: number) => `${inEnglish(count)} ${count === 1 ? "reply" : "replies"}: failed without a word`,
    hidden: (count: number) =>
      `${inEnglish(count)} ${count === 1 ? "message" : "messages"}: in versions that are not shown`,
  },
  files: "Files",
  colon: ": ",
  asImage: "as a picture",
  asText: "its text",
  asCut: (sent: number, all: number) => `the first ${inEnglish(sent)} of ${inEnglish(all)} characters`,
  asName: (why: string) => `only its name, ${why}`,
  whyName: {
    vision: "for the model takes no pictures",
    older: "for only the newest pictures are sent",
    budget: "for there was no room",
    gone: "for the server has lost it",
  },
  see: "See it",
  tokens: "Tokens",
  estimated: (count: number) => `about ${inEnglish(count)} sent, as estimated`,
  counted: (sent: number, written: number) =>
    `${inEnglish(sent)} sent and ${inEnglish(written)} written, as the server counted`,
};

const zhCN: typeof en = {
  title: "发给模型的内容",
  lead: "最近一次回复所用的内容，在回复结束时记下。",
  none: "还没有发送过任何内容。",
  writing: "最近一次回复正在生成，结束后可在此查看发送的内容。",
  before: "最近一次回复没有留下记录：它早于此功能，或生成时服务器停止了运行。",
  part: (n) => (n === 1 ? "第一部分" : `续写，第 ${n} 部分`),
  model: "模型",
  instructions: "指令",
  noInstructions: "无",
  show: (count) => `${inChinese(count)} 个字符`,
  params: "参数",
  noParams: "未设置",
  param: (name) => `${name}：`,
  notSent: (names) => `未发送：${names.join("、")}`,
  messages: "消息",
  count: (count) => `${inChinese(count)} 条`,
  first: "查看其中第一条",
  leftOut: "未发送",
  reasons: {
    budget: (count) => `${inChinese(count)} 条消息：超出模型可接收的长度`,
    failed: (count) => `${inChinese(count)} 条回复：失败且没有内容`,
    hidden: (count) => `${inChinese(count)} 条消息：属于未显示的版本`,
  },
  files: "附件",
  colon: "：",
  asImage: "作为图片发送",
  asText: "发送了文字内容",
  asCut: (sent, all) => `发送了前 ${inChinese(sent)} 个字符，共 ${inChinese(all)} 个`,
  asName: (why) => `仅发送名称，${why}`,
  whyName: {
    vision: "因为模型不支持图像",
    older: "因为只发送最近的图片",
    budget: "因为没有空间",
    gone: "因为服务器上已没有该文件",
  },
  see: "查看",
  tokens: "Token",
  estimated: (count) => `估计发送约 ${inChinese(count)}`,
  counted: (sent, written) => `服务器统计：发送 ${inChinese(sent)}，生成 ${inChinese(written)}`,
};

/** Texts about what a model was sent. */
export const text = texts({ en, "zh-CN": zhCN });
