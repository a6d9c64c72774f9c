import { texts } from "../../i18n";

const en = {
  label: "Search titles",
  none: "No title matches.",
  actions: "Actions",
  conversations: "Conversations",
  lightTheme: "Light theme",
  darkTheme: "Dark theme",
  hint: "↑↓ choose · Enter open · Esc close",
};

const zhCN: typeof en = {
  label: "搜索标题",
  none: "没有标题含有这些字。",
  actions: "操作",
  conversations: "对话",
  lightTheme: "浅色主题",
  darkTheme: "深色主题",
  hint: "↑↓ 选择 · Enter 打开 · Esc 关闭",
};

export const text = texts({ en, "zh-CN": zhCN });
