import { texts } from "../../../i18n";

const en = {
  lead: "What was done to accounts and to the server, and what was refused. Nobody's words stand here.",
  user: "User",
  anyUser: "Everybody",
  allUsers: "Show everybody's",
  action: "What",
  anyAction: "Everything",
  outcome: "Outcome",
  outcomes: { any: "Any", ok: "Done", refused: "Refused" },
  from: "From",
  to: "To",
  utc: "Days of UTC.",
  clear: "Clear the filters",
  none: "Nothing was written down yet.",
  noneSuch: "Nothing like that was written down.",
  nobody: "the server",
  goneUser: (id: string) => `user ${id}`,
  by: "by",
  refused: "refused",
  detail: "Details",
  checkTitle: "Is it as it was written?",
  checkLead:
    "Every event is sealed into a chain. Checking reads all of them; whoever has changed or removed one is found out.",
  check: "Check the log",
  checking: "Checking…",
  whole: (n: number, shown: string) =>
    n === 0
      ? "Nothing is sealed yet."
      : n === 1
        ? "The one sealed event is as it was written."
        : `All ${shown} sealed events are as they were written.`,
  broken: "The log is not as it was written.",
  unsealed: (n: number, shown: string) =>
    n === 1 ? "One more waits for its seal." : `${shown} more wait for their seal.`,
  pruned: (shown: string) => `Older ones, up to place ${shown}, were removed as the settings say.`,
  seal: (place: string) => `Seal at place ${place}, to be kept somewhere else`,
  copySeal: "Copy the seal",
};

const zhCN: typeof en = {
  lead: "对账号和服务器的操作，以及被拒绝的尝试。这里没有任何人的对话内容。",
  user: "用户",
  anyUser: "所有人",
  allUsers: "显示所有人",
  action: "操作",
  anyAction: "全部",
  outcome: "结果",
  outcomes: { any: "全部", ok: "成功", refused: "被拒绝" },
  from: "从",
  to: "到",
  utc: "按 UTC 日期。",
  clear: "清除筛选",
  none: "还没有记录。",
  noneSuch: "没有符合条件的记录。",
  nobody: "服务器",
  goneUser: (id) => `用户 ${id}`,
  by: "操作者",
  refused: "被拒绝",
  detail: "详情",
  checkTitle: "日志是否完整？",
  checkLead: "每条记录都封存在一条链中。校验会读取全部记录，任何更改或删除都会被发现。",
  check: "校验日志",
  checking: "正在校验…",
  whole: (n, shown) => (n === 0 ? "还没有已封存的记录。" : `全部 ${shown} 条已封存的记录均与写入时一致。`),
  broken: "日志与写入时不一致。",
  unsealed: (_, shown) => `另有 ${shown} 条等待封存。`,
  pruned: (shown) => `更早的记录（至第 ${shown} 条）已按设置移除。`,
  seal: (place) => `第 ${place} 条的封印，请另行保存`,
  copySeal: "复制封印",
};

/** Texts of the audit log. */
export const text = texts({ en, "zh-CN": zhCN });
