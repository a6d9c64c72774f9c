import { texts } from "../../i18n";

const en = {
  title: "Is it you?",
  lead: "It is a while since you logged in here.",
  password: "Your password",
  goOn: "Continue",
  leaves:
    "Another service leaves this page and leads back to it. What you had typed and not saved is to be typed again.",
  none: "Log out and in again to go on.",
};

const zhCN: typeof en = {
  title: "请确认身份",
  lead: "你已登录较长时间，请再次确认。",
  password: "你的密码",
  goOn: "继续",
  leaves: "前往其他服务会离开此页面，之后再返回；已填写但尚未保存的内容需要重新填写。",
  none: "请退出后重新登录再继续。",
};

/** Texts of showing again who one is. */
export const confirmText = texts({ en, "zh-CN": zhCN });
