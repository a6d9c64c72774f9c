import { texts } from "../../i18n";
import type { PriceName } from "./price";

const en = {
  title: "Price",
  lead: "In US dollars for a million tokens. Left empty, a list of public prices is asked.",
  names: {
    prompt: "Sent",
    completion: "Written",
    cached: "Sent, and cached before",
    cache_write: "Sent, and cached anew",
    reasoning: "Thoughts",
  } as Record<PriceName, string>,
  more: "Cached tokens and thoughts",
  same: { cached: "as sent", cache_write: "as sent", reasoning: "as written" } as Partial<Record<PriceName, string>>,
  number: "A number from 0 to 10000, such as 0.15, with at most nine decimal places.",
  missing: "Fill this in, too. 0 where it costs nothing.",
};

const zhCN: typeof en = {
  title: "价格",
  lead: "每百万 token 的美元价格。留空时参考公开价目表。",
  names: {
    prompt: "发送",
    completion: "生成",
    cached: "发送，已缓存",
    cache_write: "发送，写入缓存",
    reasoning: "思考",
  },
  more: "缓存与思考",
  same: { cached: "同发送", cache_write: "同发送", reasoning: "同生成" },
  number: "请填写 0 到 10000 之间的数字，例如 0.15，小数最多九位。",
  missing: "请一并填写；免费则填 0。",
};

/** Texts about what a model costs. */
export const text = texts({ en, "zh-CN": zhCN });
