import { texts } from "../../i18n";

const en = {
  title: "Settings",
  general: "General",
  language: "Language",
  theme: "Appearance",
  system: "System",
  light: "Light",
  dark: "Dark",
  version: (version: string) => `Version ${version}`,
  keys: "Keyboard",
  keyRows: [
    ["Switch conversation", "K"],
    ["New chat", "⇧ O"],
    ["Undo a deletion", "Z"],
  ],
};

const zhCN: typeof en = {
  title: "设置",
  general: "通用",
  language: "语言",
  theme: "外观",
  system: "跟随系统",
  light: "浅色",
  dark: "深色",
  version: (version) => `版本 ${version}`,
  keys: "快捷键",
  keyRows: [
    ["切换对话", "K"],
    ["新对话", "⇧ O"],
    ["撤销删除", "Z"],
  ],
};

export const text = texts({ en, "zh-CN": zhCN });
