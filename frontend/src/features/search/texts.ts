import { texts } from "../../i18n";

const en = {
  label: "Search conversations and messages",
  actions: "Actions",
  conversations: "Conversations",
  messages: "In messages",
  you: "You: ",
  reply: "Reply: ",
  none: "Nothing in titles or messages.",
  loading: "Searching…",
  found: (count: number) => (count === 1 ? "1 message" : `${count} messages`),
  lightTheme: "Light theme",
  darkTheme: "Dark theme",
  hint: "↑↓ choose · Enter open · Esc close",
};

const zhCN: typeof en = {
  label: "搜索对话和消息",
  actions: "操作",
  conversations: "对话",
  messages: "消息中",
  you: "你：",
  reply: "回复：",
  none: "标题和消息中都没有找到。",
  loading: "正在搜索…",
  found: (count) => `${count} 条消息`,
  lightTheme: "浅色主题",
  darkTheme: "深色主题",
  hint: "↑↓ 选择 · Enter 打开 · Esc 关闭",
};

export const text = texts({ en, "zh-CN": zhCN });
