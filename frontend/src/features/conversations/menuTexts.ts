import { texts } from "../../i18n";

const en = {
  label: (title: string) => `“${title}”`,
  rename: "Rename",
  instructions: "Instructions and parameters…",
  sent: "What the model was sent…",
  export: "Export as Markdown",
  remove: "Delete",
};

const zhCN: typeof en = {
  label: (title) => `“${title}”`,
  rename: "重命名",
  instructions: "指令与参数…",
  sent: "发给模型的内容…",
  export: "导出为 Markdown",
  remove: "删除",
};

/** Texts of a conversation's menu. */
export const text = texts({ en, "zh-CN": zhCN });
