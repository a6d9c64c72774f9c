/** What the server has added up, as a chart and tables show it. Pure. */
import type { UsageRow } from "../../api/types";

export type Measure = "cost" | "tokens";

/** So many models have a colour of their own; the rest is one part. */
export const MOST_SERIES = 5;

/** Sums of some requests. `cost` is null where that of none is known. */
export interface Sum {
  attempts: number;
  sent: number;
  written: number;
  cost: number | null;
  estimated: number;
  unpriced: number;
}

/** Something that has sums: a model, or a connection. */
export interface Named extends Sum {
  key: string;
  label: string;
}

/** One colour of the chart: a model, or all the others. */
export interface Series {
  /** Null of the others. */
  key: string | null;
  label: string;
  models: Named[];
}

const NOTHING: Sum = { attempts: 0, sent: 0, written: 0, cost: null, estimated: 0, unpriced: 0 };

export function total(rows: readonly Sum[]): Sum {
  return rows.reduce(plus, NOTHING);
}

function plus(one: Sum, other: Sum): Sum {
  return {
    attempts: one.attempts + other.attempts,
    sent: one.sent + other.sent,
    written: one.written + other.written,
    cost: one.cost === null ? other.cost : one.cost + (other.cost ?? 0),
    estimated: one.estimated + other.estimated,
    unpriced: one.unpriced + other.unpriced,
  };
}

export function sumOf(row: UsageRow): Sum {
  const { attempts, prompt_tokens, completion_tokens, cost_nano_usd, estimated, unpriced } = row;
  return { attempts, sent: prompt_tokens, written: completion_tokens, cost: cost_nano_usd, estimated, unpriced };
}

/** What is drawn of it. */
export function amountIn({ cost, sent, written }: Sum, measure: Measure): number {
  return measure === "cost" ? (cost ?? 0) : sent + written;
}

/** The models of days that are split by model: the dearest first, then the longest. */
export function modelsOf(rows: readonly UsageRow[]): Named[] {
  const found = new Map<string, Named>();
  for (const row of rows) {
    const key = row.split_key!;
    const known = found.get(key);
    found.set(key, { key, label: row.split_label!, ...plus(known ?? NOTHING, sumOf(row)) });
  }
  const weight = (one: Sum, other: Sum) =>
    amountIn(other, "cost") - amountIn(one, "cost") || amountIn(other, "tokens") - amountIn(one, "tokens");
  return [...found.values()].sort(weight);
}

/** The first have a colour each; where there are more, the last colour is that of all others. */
export function seriesOf(models: Named[], others: (count: number) => string): Series[] {
  const own = models.length > MOST_SERIES + 1 ? MOST_SERIES : models.length;
  const series: Series[] = models.slice(0, own).map((model) => ({ ...model, models: [model] }));
  const rest = models.slice(own);
  return rest.length ? [...series, { key: null, label: others(rest.length), models: rest }] : series;
}

/** A day's sums: of each series, and of all. */
export interface Day {
  day: string;
  parts: Sum[];
  all: Sum;
}

/** Every one of these days, also those without requests. */
export function daysOf(days: readonly string[], rows: readonly UsageRow[], series: readonly Series[]): Day[] {
  const others = series.findIndex(({ key }) => key === null);
  const place = new Map(series.map(({ key }, index) => [key, index]));
  const found = new Map(days.map((day) => [day, series.map(() => NOTHING)]));
  for (const row of rows) {
    const at = place.get(row.split_key!) ?? others;
    const parts = found.get(row.key);
    if (parts) parts[at] = plus(parts[at]!, sumOf(row));
  }
  return [...found].map(([day, parts]) => ({ day, parts, all: total(parts) }));
}

/** The end of an axis that holds this much: a digit and zeros, so that its half is short, too. */
export function axisEnd(most: number): number {
  if (most <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  const step = [1, 2, 3, 4, 5, 6, 8, 10].find((step) => step * power >= most * (1 - 1e-9))!;
  return step * power;
}
