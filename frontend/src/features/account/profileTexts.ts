import type { Locale, Theme } from "../../browser/preferences";
import { texts } from "../../i18n";

const en = {
  keyboard: "Keyboard",
  deleted: "Archive and deleted",
  theme: "Appearance",
  themes: { system: "System", light: "Light", dark: "Dark" } as Record<Theme, string>,
  language: "Language",
  admin: "Administration",
  logOut: "Log out",
};

const zhCN: typeof en = {
  keyboard: "快捷键",
  deleted: "归档与删除",
  theme: "外观",
  themes: { system: "跟随系统", light: "浅色", dark: "深色" },
  language: "语言",
  admin: "管理",
  logOut: "退出登录",
};

/** Texts of the menu under a person's name, and of the choices in it. */
export const profileText = texts({ en, "zh-CN": zhCN });

/** Each in its own language. */
export const languages: Record<Locale, string> = { "zh-CN": "中文", en: "English" };
