import { texts } from "../../i18n";

const models = (n: number) => (n === 1 ? "1 model" : `${n.toLocaleString("en")} models`);

const en = {
  lead: "Connections of your own. Keys are encrypted, and sent to their own address only.",
  add: "Add a connection",
  edit: "Edit",
  editOne: (label: string) => `Edit ${label}`,
  default: "default",
  keyTail: (tail: string) => `key …${tail}`,
  count: models,
  off: "switched off",
  switchOn: "Switch on",
  refresh: (label: string) => `List the models of ${label} again`,
  refreshed: (label: string, n: number) => `${label} offers ${models(n)}.`,
  added: (name: string) => `Connected. New chats begin with ${name}.`,
  changed: (label: string) => `${label} was changed.`,
  remove: "Remove this connection…",
  removeLead: (label: string) =>
    `This removes ${label} with its key. Your chats stay; those that one of its models answered in will ask for another.`,
  removeSure: "Remove",
  shared: "shared by this server's operator",
  demo: "a small demo model, English only",
  chosen: "New chats begin with it",
  useServer: "Use this one",
  defaults: "Defaults",
  newChats: "New chats begin with",
  newChatsLead: "The model that was chosen last, in whatever chat.",
  titles: "Titles are written by",
  titlesLead: "A small model is enough.",
  replier: "The model that replied",
  choose: "Choose a model",
};

const zhCN: typeof en = {
  lead: "你自己的连接。密钥会加密保存，只发往其对应的地址。",
  add: "添加连接",
  edit: "编辑",
  editOne: (label) => `编辑 ${label}`,
  default: "默认",
  keyTail: (tail) => `密钥 …\u2060${tail}`, // no line ends between them
  count: (n) => `${n.toLocaleString("zh-CN")} 个模型`,
  off: "已停用",
  switchOn: "启用",
  refresh: (label) => `重新列出 ${label} 的模型`,
  refreshed: (label, n) => `${label} 提供 ${n.toLocaleString("zh-CN")} 个模型。`,
  added: (name) => `已连接，新对话将使用 ${name}。`,
  changed: (label) => `已更改 ${label}。`,
  remove: "移除此连接…",
  removeLead: (label) => `将移除 ${label} 及其密钥。对话会保留；使用其模型的对话需要另选模型。`,
  removeSure: "移除",
  shared: "由本站管理员共享",
  demo: "小型演示模型，仅支持英文",
  chosen: "新对话使用它",
  useServer: "改用它",
  defaults: "默认模型",
  newChats: "新对话使用",
  newChatsLead: "即最近一次选择的模型。",
  titles: "标题由谁撰写",
  titlesLead: "小模型即可胜任。",
  replier: "回复所用的模型",
  choose: "选择模型",
};

/** Texts of the models in the settings. */
export const text = texts({ en, "zh-CN": zhCN });
