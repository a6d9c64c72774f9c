/** Sentences about limits. */
import type { Cap, CapWarning } from "../../api/types";
import { locale } from "../../browser/preferences";
import { texts } from "../../i18n";
import { dollars, whole } from "./money";

type Unit = Cap["unit"];
type Period = Cap["period"];

const DAY_MILLISECONDS = 86_400_000;

const en = {
  many: (n: string, unit: Unit) => (unit === "nano_usd" ? n : `${n} ${n === "1" ? unit.slice(0, -1) : unit}`),
  left: (left: string, amount: string, period: Period) =>
    `${left} of ${amount} left ${period === "day" ? "today" : "this month"}`,
  a: (amount: string, period: Period) => `${amount} a ${period}`,
  used: (amount: string) => `The limit of ${amount} is used up`,
  anew: (at: string) => `begins anew ${at}`,
  at: (time: string) => `at ${time}`,
  on: (time: string) => `on ${time}`,
  own: "A limit that you have set",
  operators: "A limit that the operator has set",
  some: "A limit on what may be used",
  reached: (limit: string, at: string) => `${limit} is reached. It begins anew ${at}.`,
  see: "See the limits",
  join: " · ",
};

const zhCN: typeof en = {
  many: (n, unit) => (unit === "nano_usd" ? n : unit === "messages" ? `${n} 条消息` : `${n} 个 token`),
  left: (left, amount, period) => `${period === "day" ? "今天" : "本月"}还剩 ${left} / ${amount}`,
  a: (amount, period) => `每${period === "day" ? "天" : "月"} ${amount}`,
  used: (amount) => `${amount}的限额已用完`,
  anew: (at) => `${at}重新计算`,
  at: (time) => `${time} `,
  on: (time) => `${time} `,
  own: "自己设定的用量限额",
  operators: "管理员设定的用量限额",
  some: "用量限额",
  reached: (limit, at) => `已达到${limit}，${at}重新计算。`,
  see: "查看限额",
  join: " · ",
};

const text = texts({ en, "zh-CN": zhCN });

/** "5,000 tokens", "$2.00". */
export function amountOf(amount: number, unit: Unit): string {
  const number = unit === "nano_usd" ? dollars(amount, locale.value) : whole(amount, locale.value);
  return text().many(number, unit);
}

/** "5,000 tokens a day". */
export function limitOf({ amount, unit, period }: Pick<Cap, "amount" | "unit" | "period">): string {
  return text().a(amountOf(amount, unit), period);
}

/** "900 of 5,000 tokens left today". */
export function leftOf({ left, amount, unit, period }: CapWarning): string {
  const rest = unit === "nano_usd" ? dollars(left, locale.value) : whole(left, locale.value);
  return text().left(rest, amountOf(amount, unit), period);
}

/** "begins anew at 02:00". */
export function anew({ resets_at }: Pick<Cap, "resets_at">): string {
  return text().anew(at(resets_at));
}

/** What is said at the composer once it is nearly reached. */
export function nearly(cap: CapWarning): string {
  const state = cap.left > 0 ? leftOf(cap) : text().used(limitOf(cap));
  return state + text().join + anew(cap);
}

/** Why a message was not sent; `source`: whose limit it was, where that was told. */
export function reached(until: string, source: string | undefined): string {
  const { own, operators, some } = text();
  const limit = source === "user" ? own : source === "operator" ? operators : some;
  return text().reached(limit, at(until));
}

export function see(): string {
  return text().see;
}

function at(time: string): string {
  const when = new Date(time);
  const soon = when.getTime() - Date.now() < DAY_MILLISECONDS;
  const clock = { hour: "numeric", minute: "2-digit" } as const;
  if (soon) return text().at(when.toLocaleTimeString(locale.value, clock));
  return text().on(when.toLocaleString(locale.value, { month: "long", day: "numeric", ...clock }));
}
