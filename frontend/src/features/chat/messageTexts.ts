import { texts } from "../../i18n";

const en = {
  branch: "Branch from here",
  remove: "Delete",
  removeBelow: "Delete with what follows",
  removed: "The message was deleted",
};

const zhCN: typeof en = {
  branch: "从这里分支",
  remove: "删除",
  removeBelow: "连同之后的内容删除",
  removed: "消息已删除",
};

/** Texts of a message's menu. */
export const text = texts({ en, "zh-CN": zhCN });
