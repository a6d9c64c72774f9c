import { texts } from "../../i18n";

const en = {
  title: "Instructions and parameters",
  lead: "What the model is told before every message of this conversation.",
  label: "Instructions for this conversation",
  placeholder: "Answer briefly, and in British English.",
  tooLong: (count: number) => `${count.toLocaleString("en")} of 16,000 characters. Shorten it a little.`,
};

const zhCN: typeof en = {
  title: "指令与参数",
  lead: "在这个对话里，每次回复之前都会先告诉模型的话。",
  label: "这个对话的指令",
  placeholder: "回答要简短，用词要平实。",
  tooLong: (count) => `${count.toLocaleString("zh-CN")} / 16,000 个字符，请精简一些。`,
};

export const text = texts({ en, "zh-CN": zhCN });
