import { texts } from "../../i18n";

const en = {
  title: "Linked accounts",
  lead: "Log in with an account that you have elsewhere.",
  none: "None is linked.",
  linkedOn: (when: string) => `linked ${when}`,
  used: (when: string) => `last used ${when}`,
  gone: "this server does not use it any more",
  link: (label: string) => `Link ${label}`,
  unlink: "Unlink",
  unlinkOne: (label: string) => `Unlink ${label}`,
  unlinkLead: (label: string) => `You cannot log in with ${label} any more then. What you have here stays.`,
  unlinked: (label: string) => `${label} is linked no more.`,
};

const zhCN: typeof en = {
  title: "关联账号",
  lead: "使用你在其他服务的账号登录。",
  none: "尚未关联。",
  linkedOn: (when) => `关联于${when}`,
  used: (when) => `上次使用：${when}`,
  gone: "本站已不再使用该服务",
  link: (label) => `关联 ${label}`,
  unlink: "取消关联",
  unlinkOne: (label) => `取消关联 ${label}`,
  unlinkLead: (label) => `取消后将无法使用 ${label} 登录，你在本站的内容不受影响。`,
  unlinked: (label) => `已取消关联 ${label}。`,
};

/** Texts of accounts elsewhere. */
export const identityText = texts({ en, "zh-CN": zhCN });
