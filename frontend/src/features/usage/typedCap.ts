/** What is typed for a limit, and the limit that it means. */
import { ApiError } from "../../api/http";
import type { Cap, CapSet } from "../../api/types";
import { nanoOf } from "./money";

export interface TypedCap {
  amount: string;
  unit: Cap["unit"];
  period: Cap["period"];
  target: Cap["target"];
  connection: number | null;
  model: number | null;
}

/** What is wrong with an amount. */
export type WrongAmount = "missing" | "number" | "whole" | "large";

const MOST = 10 ** 15;

/** The limit, or what is wrong with its amount. Thousands may be set apart. */
export function capOf(typed: TypedCap): CapSet | WrongAmount {
  const amount = amountIn(typed);
  if (typeof amount === "string") return amount;
  const { unit, period, target } = typed;
  const connection_id = target === "connection" ? typed.connection : null;
  const model_id = target === "model" ? typed.model : null;
  return { unit, period, target, connection_id, model_id, amount };
}

function amountIn({ amount, unit }: TypedCap): number | WrongAmount {
  const words = amount.trim().replace(/^\$\s*/, "");
  if (!words) return "missing";
  const isMoney = unit === "nano_usd";
  const number = isMoney ? decimal(words) : Number(words.replace(/[\s,.](?=\d{3}(\D|$))/g, ""));
  if (!Number.isFinite(number) || number < 0) return "number";
  if (!isMoney && !Number.isInteger(number)) return "whole";
  const counted = isMoney ? nanoOf(number) : number;
  return counted > MOST ? "large" : counted;
}

/** A comma is a point where there is one of them and no point; else it sets thousands apart. */
function decimal(words: string): number {
  const isPoint = /^\d*,\d{1,2}$/.test(words);
  return Number(isPoint ? words.replace(",", ".") : words.replace(/[\s,](?=\d{3}(\D|$))/g, ""));
}

/** As it is set again beside others. */
export function asSet({ unit, period, target, connection_id, model_id, amount, warn_percent }: Cap): CapSet {
  return { unit, period, target, connection_id, model_id, amount, warn_percent };
}

/** What the server says of the amount of the last one, in the reader's language. */
export function amountRefused(error: unknown, last: number): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  return error.fields.find(({ field }) => field === `caps.${last}.amount`)?.message;
}

/** These without one of the same terms; when they are set anew, they get other ids. */
export function without(caps: CapSet[], gone: CapSet): CapSet[] {
  const terms = JSON.stringify(gone);
  const at = caps.findIndex((cap) => JSON.stringify(cap) === terms);
  return caps.filter((_, index) => index !== at);
}
