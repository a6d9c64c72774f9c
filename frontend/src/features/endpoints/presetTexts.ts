import { texts } from "../../i18n";

const en = {
  lead: "Instructions, a model and parameters under a name. Choosing one copies them into the chat; changing it later changes no chat.",
  add: "Add a preset",
  edit: "Edit",
  editOne: (name: string) => `Edit ${name}`,
  removeOne: (name: string) => `Delete ${name}`,
  removed: (name: string) => `Deleted “${name}”`,
  params: (n: number) => (n === 1 ? "1 parameter" : `${n} parameters`),
  name: "Name",
  namePlaceholder: "Proofreader",
  prompt: "Instructions",
  promptPlaceholder: "Correct my text, and list what you changed.",
  model: "Model",
  anyModel: "The chat's own",
  modelGone: "No longer there",
  custom: "Custom instructions",
  customLead: "What every model is told first, in all your chats.",
  customPlaceholder: "Answer briefly, and in British English.",
  tooLong: (count: number) => `${count.toLocaleString("en")} of 16,000 characters. Shorten it a little.`,
};

const zhCN: typeof en = {
  lead: "把指令、模型和参数存为一个名称。选用时会复制到对话中，之后再改动预设不影响已有对话。",
  add: "添加预设",
  edit: "编辑",
  editOne: (name) => `编辑 ${name}`,
  removeOne: (name) => `删除 ${name}`,
  removed: (name) => `已删除“${name}”`,
  params: (n) => `${n} 项参数`,
  name: "名称",
  namePlaceholder: "校对",
  prompt: "指令",
  promptPlaceholder: "修改我的文字，并列出改动。",
  model: "模型",
  anyModel: "沿用对话的模型",
  modelGone: "已不存在",
  custom: "自定义指令",
  customLead: "在所有对话中都会先告诉模型的话。",
  customPlaceholder: "回答要简短，用词要平实。",
  tooLong: (count) => `${count.toLocaleString("zh-CN")} / 16,000 个字符，请精简一些。`,
};

/** Texts of presets and of the instructions for all chats. */
export const text = texts({ en, "zh-CN": zhCN });
