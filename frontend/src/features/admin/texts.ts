import { texts } from "../../i18n";

const en = {
  title: "Administration",
  sections: {
    overview: "Overview",
    users: "Users",
    invites: "Invites",
    groups: "Groups",
    connections: "Connections",
    caps: "Limits",
    usage: "Usage",
    audit: "Audit log",
    settings: "Settings",
  },
  only: "Only administrators can open this.",
  onlyHelp: "Your account is not one. Whoever runs this server can change that.",
  more: "Show more",
  find: "Find",
  noneFound: "Nothing matches.",
};

const zhCN: typeof en = {
  title: "管理",
  sections: {
    overview: "概览",
    users: "用户",
    invites: "邀请",
    groups: "用户组",
    connections: "连接",
    caps: "限额",
    usage: "用量",
    audit: "审计日志",
    settings: "设置",
  },
  only: "此页面仅限管理员访问。",
  onlyHelp: "你的账号没有管理权限。如有需要，请联系本站管理员授权。",
  more: "显示更多",
  find: "查找",
  noneFound: "没有匹配项。",
};

export type SectionName = keyof typeof en.sections;

/** Texts of the frame; each section brings its own. */
export const text = texts({ en, "zh-CN": zhCN });
