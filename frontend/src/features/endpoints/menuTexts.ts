import { texts } from "../../i18n";

const en = {
  menu: "Choose the model",
  find: "Find a model",
  favourites: "Favourites",
  presets: "Presets",
  server: "This server's model",
  gone: "no longer listed",
  images: "images",
  keep: (name: string) => `Keep ${name} among the favourites`,
  unkeep: (name: string) => `Take ${name} out of the favourites`,
  noneToKeep: "Favourites",
  loading: "Loading the models…",
  none: "No model matches.",
  nothing: "There are no models yet.",
  add: "Add a connection…",
};

const zhCN: typeof en = {
  menu: "选择模型",
  find: "查找模型",
  favourites: "收藏",
  presets: "预设",
  server: "本站模型",
  gone: "已不在列表中",
  images: "图像",
  keep: (name) => `收藏 ${name}`,
  unkeep: (name) => `取消收藏 ${name}`,
  noneToKeep: "收藏",
  loading: "正在加载模型…",
  none: "没有匹配的模型。",
  nothing: "还没有模型。",
  add: "添加连接…",
};

/** Texts of the model menu. */
export const text = texts({ en, "zh-CN": zhCN });
