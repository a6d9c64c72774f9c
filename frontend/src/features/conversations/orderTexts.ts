import { texts } from "../../i18n";

const en = {
  pinned: "Pinned",
  folders: "Folders",
  drag: "Drag conversations here.",
  more: "Show more",
  menu: (name: string) => `Menu: ${name}`,
  archived: (title: string) => `“${title}” was archived`,
  unarchived: (title: string) => `“${title}” is back in the list`,
  moved: (title: string, folder: string) => `“${title}” was moved to “${folder}”`,
  movedOut: (title: string) => `“${title}” is in no folder now`,
  newFolder: "New folder",
  name: "Name of the folder",
  rename: "Rename…",
  renameTitle: "Rename folder",
  up: "Move up",
  down: "Move down",
  remove: "Delete",
  removeKeeping: "Delete folder, keep its conversations",
};

const zhCN: typeof en = {
  pinned: "置顶",
  folders: "文件夹",
  drag: "把对话拖到这里。",
  more: "显示更多",
  menu: (name) => `菜单：${name}`,
  archived: (title) => `“${title}”已归档`,
  unarchived: (title) => `“${title}”已移回列表`,
  moved: (title, folder) => `“${title}”已移到“${folder}”`,
  movedOut: (title) => `“${title}”已移出文件夹`,
  newFolder: "新建文件夹",
  name: "文件夹名称",
  rename: "重命名…",
  renameTitle: "重命名文件夹",
  up: "上移",
  down: "下移",
  remove: "删除",
  removeKeeping: "删除文件夹，保留其中的对话",
};

/** Texts of pins, folders and the archive. */
export const text = texts({ en, "zh-CN": zhCN });
