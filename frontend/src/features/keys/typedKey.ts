/** What is typed for a key, and what of that goes to the server. */
import type { KeyCap } from "../../api/schema";
import type { Key } from "../../api/types";
import { type End, timeOf } from "../sharing/ends";
import { NANO } from "../usage/money";
import { capOf, type WrongAmount } from "../usage/typedCap";

export type Scope = Key["scopes"][number];

/** As a whole: the server takes a part of it for a change. */
export interface KeyTerms {
  name: string;
  scopes: Scope[];
  model_ids: number[] | null;
  expires_at: string | null;
  cap: KeyCap | null;
}

/** What it can be for, in the order in which it is shown. */
export const SCOPES: Scope[] = ["chat", "embeddings", "models"];
export const ENDS: End[] = ["30", "90", "365", "never"];

export interface TypedKey {
  name: string;
  /** "kept": as it was. */
  until: End | "kept";
  /** Null: all, also those that come later. */
  models: number[] | null;
  scopes: Scope[];
  limit: "none" | KeyCap["period"];
  unit: KeyCap["unit"];
  amount: string;
}

/** What is wrong, by where. */
export interface WrongKey {
  models?: boolean;
  scopes?: boolean;
  amount?: WrongAmount;
}

/** As it stands in the form at first. */
export function typedKey(saved: Key | undefined): TypedKey {
  if (!saved)
    return { name: "", until: "90", models: null, scopes: SCOPES, limit: "none", unit: "nano_usd", amount: "" };
  const { name, model_ids: models, scopes, cap } = saved;
  const unit = cap?.unit ?? "nano_usd";
  const amount = cap ? String(unit === "nano_usd" ? cap.amount / NANO : cap.amount) : "";
  return { name, until: "kept", models, scopes, limit: cap?.period ?? "none", unit, amount };
}

/** What it means for a key, or what is wrong with it. */
export function termsOf(typed: TypedKey, saved: Key | undefined, now: number): { terms?: KeyTerms; wrong: WrongKey } {
  const { until, models, scopes } = typed;
  const cap = limitOf(typed);
  const wrong: WrongKey = {};
  if (models?.length === 0) wrong.models = true;
  if (!scopes.length) wrong.scopes = true;
  if (typeof cap === "string") wrong.amount = cap;
  if (typeof cap === "string" || Object.keys(wrong).length) return { wrong };
  const expires_at = until === "kept" ? (saved?.expires_at ?? null) : timeOf(until, now);
  return { terms: { name: typed.name.trim(), scopes, model_ids: models, expires_at, cap }, wrong };
}

function limitOf({ limit, unit, amount }: TypedKey): KeyCap | null | WrongAmount {
  if (limit === "none") return null;
  const cap = capOf({ amount, unit, period: limit, target: "all", connection: null, model: null });
  return typeof cap === "string" ? cap : { period: limit, unit, amount: cap.amount };
}

/** What of the terms is another by now: no more than a name may be changed without a fresh login. */
export function changesOf(saved: Key, terms: KeyTerms): Partial<KeyTerms> {
  const { name, scopes, model_ids, expires_at, cap } = terms;
  const changes: Partial<KeyTerms> = {};
  if (name !== saved.name) changes.name = name;
  if (!isSame(scopes, saved.scopes)) changes.scopes = scopes;
  if (!isSame(model_ids, saved.model_ids)) changes.model_ids = model_ids;
  if (expires_at !== saved.expires_at) changes.expires_at = expires_at;
  const { period, unit, amount } = saved.cap ?? {};
  if (cap?.period !== period || cap?.unit !== unit || cap?.amount !== amount) changes.cap = cap;
  return changes;
}

/** In whatever order. */
function isSame<T>(some: T[] | null, others: T[] | null): boolean {
  if (!some || !others) return some === others;
  return some.length === others.length && some.every((each) => others.includes(each));
}

export function isOver(end: string | null): boolean {
  return end !== null && Date.parse(end) <= Date.now();
}
