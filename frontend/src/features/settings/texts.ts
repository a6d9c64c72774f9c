import { texts } from "../../i18n";

const en = {
  title: "Settings",
  sections: {
    general: "General",
    models: "Models",
    presets: "Prompts and presets",
    usage: "Usage",
    data: "Data",
    account: "Account",
    devices: "Devices and activity",
    keys: "API keys",
    keyboard: "Keyboard",
  },
  version: (version: string) => `Version ${version}`,
};

const zhCN: typeof en = {
  title: "设置",
  sections: {
    general: "通用",
    models: "模型",
    presets: "提示词与预设",
    usage: "用量",
    data: "数据",
    account: "账号",
    devices: "设备与动态",
    keys: "API 密钥",
    keyboard: "快捷键",
  },
  version: (version) => `版本 ${version}`,
};

export const text = texts({ en, "zh-CN": zhCN });
