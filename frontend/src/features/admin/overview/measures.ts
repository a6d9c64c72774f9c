/** The numbers of the last days: what each comes to, and how it is written. */
import type { OverviewDay } from "../../../api/types";
import { locale } from "../../../browser/preferences";
import { dollars, roundDollars, short } from "../../usage/money";
import { text as texts } from "./texts";

export type Measure = "messages" | "tokens" | "nano_usd" | "active_users" | "new_users";

export const MEASURES: readonly Measure[] = ["messages", "tokens", "nano_usd", "active_users", "new_users"];

/** Of one day; money that is not known is not 0. */
export function told(value: number | null, measure: Measure): string {
  if (value === null) return texts().none;
  return measure === "nano_usd" ? dollars(value, locale.value) : short(value, locale.value);
}

/** At an axis. */
export function marked(value: number, measure: Measure): string {
  if (!value) return "0";
  return measure === "nano_usd" ? roundDollars(value, locale.value) : short(value, locale.value);
}

/** Of all days: a sum, but of people who may be the same ones each day how many there were at most. */
export function inAll(days: readonly OverviewDay[], measure: Measure): string {
  const known = days.map((day) => day[measure]).filter((value) => value !== null);
  if (!known.length) return texts().none;
  if (measure === "active_users") return texts().most(told(Math.max(...known), measure));
  return told(
    known.reduce((sum, value) => sum + value, 0),
    measure,
  );
}
