import { texts } from "../../i18n";

const en = {
  title: "Archive",
  lead: "Archived conversations are out of the list, and stay as they are.",
  used: (when: string) => `last used ${when}`,
  takeOut: "Take out",
  takeOutThis: (title: string) => `Take out of the archive: ${title}`,
  none: "Nothing is archived.",
  more: "Show more",
};

const zhCN: typeof en = {
  title: "归档",
  lead: "归档的对话不在列表中显示，内容保持不变。",
  used: (when) => `${when} 最后使用`,
  takeOut: "移出",
  takeOutThis: (title) => `移出归档：${title}`,
  none: "没有归档的对话。",
  more: "显示更多",
};

export const text = texts({ en, "zh-CN": zhCN });
