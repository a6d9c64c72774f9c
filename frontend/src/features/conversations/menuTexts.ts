import { texts } from "../../i18n";

const en = {
  label: (title: string) => `“${title}”`,
  rename: "Rename",
  pin: "Pin",
  unpin: "Unpin",
  move: "Move to folder",
  noFolder: "In no folder",
  newFolder: "New folder…",
  archive: "Archive",
  unarchive: "Take out of the archive",
  instructions: "Instructions and parameters…",
  sent: "What the model was sent…",
  share: "Share a link…",
  export: "Export",
  formats: { md: "as it is shown", json: "with all versions" },
  remove: "Delete",
};

const zhCN: typeof en = {
  label: (title) => `“${title}”`,
  rename: "重命名",
  pin: "置顶",
  unpin: "取消置顶",
  move: "移到文件夹",
  noFolder: "不在文件夹中",
  newFolder: "新建文件夹…",
  archive: "归档",
  unarchive: "移出归档",
  instructions: "指令与参数…",
  sent: "发给模型的内容…",
  share: "分享链接…",
  export: "导出",
  formats: { md: "当前显示的内容", json: "含所有版本" },
  remove: "删除",
};

/** Texts of a conversation's menu. */
export const text = texts({ en, "zh-CN": zhCN });
