import { texts } from "../../../i18n";
import type { By } from "./usage";

const en = {
  lead: "What everybody used of this server's models, month by month. What people do with models of their own is not counted here.",
  by: "By",
  bys: { user: "User", model: "Model", connection: "Connection", group: "Group", day: "Day" } as Record<By, string>,
  all: "All together",
  goneUsers: "Accounts that are gone",
  noGroup: "In no group",
  groups: "Whoever is in several groups is counted in each.",
  unpriced: (n: number, shown: string) =>
    n === 1
      ? "The price of one request is not known; the sums are without it."
      : `The price of ${shown} requests is not known; the sums are without them.`,
  zone: "Days begin at midnight UTC.",
};

const zhCN: typeof en = {
  lead: "每个月所有人使用本站模型的用量。用户自有模型的用量不计入。",
  by: "按",
  bys: { user: "用户", model: "模型", connection: "连接", group: "用户组", day: "日期" },
  all: "合计",
  goneUsers: "已注销的账号",
  noGroup: "不在任何用户组",
  groups: "属于多个用户组的用户会计入每个组。",
  unpriced: (_, shown) => `有 ${shown} 次请求的价格未知，未计入费用。`,
  zone: "日期按 UTC 划分。",
};

/** Texts of what everybody used. */
export const text = texts({ en, "zh-CN": zhCN });
