import { texts } from "../../i18n";

const en = {
  title: "A shared chat",
  shared: (day: string) => `Shared on ${day}`,
  messages: (count: number) => (count === 1 ? "1 message" : `${count.toLocaleString("en")} messages`),
  said: "Question",
  files: "Attached files",
  picture: (n: number) => `Picture ${n}`,
  document: (kind: string, n: number) => `${kind} ${n}`,
  plain: "Text",
  pages: (count: number) => (count === 1 ? "1 page" : `${count.toLocaleString("en")} pages`),
  lead: "You can go on with a copy of your own. What is shown here stays as it is.",
  continue: "Continue this chat",
  openCopy: "Open your copy",
  missing: (count: number) =>
    count === 1
      ? "Your copy is there. There was no room for 1 of its files; its place says so."
      : `Your copy is there. There was no room for ${count} of its files; their places say so.`,
  nothing: "There is nothing at this link",
  nothingLead: "Its owner may have ended it, it may have expired, or a part of the address is missing.",
  home: "To the start page",
  failed: "This could not be loaded",
  logInFirst: "Log in to see this",
  logInLead: "This server shows shared chats only to those who have an account here.",
  logIn: "Log in",
};

const zhCN: typeof en = {
  title: "分享的对话",
  shared: (day) => `分享于 ${day}`,
  messages: (count) => `${count} 条消息`,
  said: "提问",
  files: "附件",
  picture: (n) => `图片 ${n}`,
  document: (kind, n) => `${kind} ${n}`,
  plain: "文本",
  pages: (count) => `${count} 页`,
  lead: "你可以复制一份接着聊，这里显示的内容不会改变。",
  continue: "继续这个对话",
  openCopy: "打开你的副本",
  missing: (count) => `副本已创建。有 ${count} 个文件因空间不足未能复制，原处已注明。`,
  nothing: "此链接没有内容",
  nothingLead: "分享者可能已停止分享，链接可能已过期，或地址不完整。",
  home: "前往首页",
  failed: "加载失败",
  logInFirst: "登录后查看",
  logInLead: "本站分享的对话仅对有账号的人显示。",
  logIn: "登录",
};

/** Texts of the page behind a link. */
export const text = texts({ en, "zh-CN": zhCN });
