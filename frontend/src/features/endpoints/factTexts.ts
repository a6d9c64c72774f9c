import { texts } from "../../i18n";

const en = {
  models: "Models",
  modelsOf: (label: string) => `Models of ${label}: names and facts`,
  label: "Name to show",
  tokens: "Context window, in tokens",
  tokensHint: "How much it takes at most. Of a longer chat the beginning is not sent.",
  images: "Takes images",
  unknown: "Not known",
  yes: "Yes",
  no: "No",
};

const zhCN: typeof en = {
  models: "模型",
  modelsOf: (label) => `${label} 的模型：名称和特性`,
  label: "显示名称",
  tokens: "上下文窗口（token）",
  tokensHint: "模型最多能接收的长度；对话更长时，开头部分不会发送。",
  images: "支持图像",
  unknown: "未知",
  yes: "是",
  no: "否",
};

/** Texts about what a person says of a model. */
export const text = texts({ en, "zh-CN": zhCN });
