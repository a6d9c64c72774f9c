import { texts } from "../../../i18n";
import type { Measure } from "./measures";

const en = {
  todo: "To be mended",
  fine: "Nothing needs to be mended.",
  levels: { error: "Fault", warning: "Warning" },
  draining: "The server is about to stop, and takes no more work.",
  waiting: (n: number, shown: string) =>
    n === 1 ? "One account waits for approval." : `${shown} accounts wait for approval.`,
  look: "Look",
  users: "Users",
  active: "Active",
  pending: "Waiting for approval",
  disabled: "Disabled",
  deleted: "Deleted",
  server: "Server",
  version: "Version",
  health: "Health",
  healthy: "Ready",
  stopping: "Stopping",
  last: "The last 14 days",
  lastLead: "Days begin at midnight UTC. Costs are those of this server's own models.",
  show: "Show",
  measures: {
    messages: "Messages",
    tokens: "Tokens",
    nano_usd: "Cost",
    active_users: "People",
    new_users: "Joined",
  } as Record<Measure, string>,
  most: (n: string) => `${n} at most`,
  chart: (measure: string) => `${measure} of each of the last 14 days. The table below has the numbers.`,
  table: "Day by day, as a table",
  day: "Day",
  none: "–",
};

const zhCN: typeof en = {
  todo: "需要处理",
  fine: "一切正常，无需处理。",
  levels: { error: "故障", warning: "警告" },
  draining: "服务器即将停止，不再接受新请求。",
  waiting: (_, shown) => `有 ${shown} 个账号等待批准。`,
  look: "查看",
  users: "用户",
  active: "正常",
  pending: "待批准",
  disabled: "已停用",
  deleted: "已删除",
  server: "服务器",
  version: "版本",
  health: "状态",
  healthy: "就绪",
  stopping: "正在停止",
  last: "最近 14 天",
  lastLead: "日期按 UTC 划分。费用仅含本站自有模型。",
  show: "显示",
  measures: {
    messages: "消息",
    tokens: "Token",
    nano_usd: "费用",
    active_users: "活跃人数",
    new_users: "新注册",
  },
  most: (n) => `最多 ${n}`,
  chart: (measure) => `最近 14 天每天的${measure}。数字见下方表格。`,
  table: "按日期查看表格",
  day: "日期",
  none: "–",
};

/** Texts of the overview. */
export const text = texts({ en, "zh-CN": zhCN });
