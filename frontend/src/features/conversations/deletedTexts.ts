import { texts } from "../../i18n";

const en = {
  title: "Recently deleted",
  lead: "Deleted conversations stay here for a while, and can be restored.",
  deleted: (when: string) => `deleted ${when}`,
  until: (when: string) => `kept until ${when}`,
  restore: "Restore",
  restoreThis: (title: string) => `Restore: ${title}`,
  none: "Nothing has been deleted lately.",
  more: "Show more",
};

const zhCN: typeof en = {
  title: "最近删除",
  lead: "删除的对话会在这里保留一段时间，期间可以恢复。",
  deleted: (when) => `${when} 删除`,
  until: (when) => `保留至 ${when}`,
  restore: "恢复",
  restoreThis: (title) => `恢复：${title}`,
  none: "最近没有删除过对话。",
  more: "显示更多",
};

export const text = texts({ en, "zh-CN": zhCN });
