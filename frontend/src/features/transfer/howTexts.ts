import { texts } from "../../i18n";

/** A product, and the way to the file in it, in the words of its own menus. */
type How = [product: string, way: string];

const en = {
  summary: "How to get the file",
  lead: "Leave it as it comes: a ZIP need not be unpacked.",
  products: [
    ["ChatGPT", "Settings › Data controls › Export data. It comes by e-mail."],
    ["Claude", "Settings › Privacy › Export data. It comes by e-mail."],
    ["Open WebUI", "Settings › Data Controls (in older ones Chats) › Export chats."],
    ["LibreChat", "In a conversation: Share › Export › JSON, one by one."],
    ["LobeChat, NextChat, chat-ui", "Settings › Export. API keys in such a backup are not read."],
    ["A server like this one", "Settings › Data › Export everything."],
  ] as How[],
};

const zhCN: typeof en = {
  summary: "如何获取文件",
  lead: "请保持文件原样：ZIP 无需解压。",
  products: [
    ["ChatGPT", "设置 › 数据管理 › 导出数据。下载链接会发到邮箱。"],
    ["Claude", "设置 › 隐私（Privacy）› 导出数据。下载链接会发到邮箱。"],
    ["Open WebUI", "设置 › 数据管理（Data Controls，旧版为 Chats）› 导出对话。"],
    ["LibreChat", "在对话中：分享 › 导出 › JSON，逐个导出。"],
    ["LobeChat、NextChat、chat-ui", "设置 › 导出。不会读取这类备份中的 API 密钥。"],
    ["另一台同样的服务器", "设置 › 数据 › 导出全部。"],
  ],
};

/** How to get the file out of each product. */
export const text = texts({ en, "zh-CN": zhCN });
