/** Sums in words: estimates are marked, and what is not known is never 0. */
import { locale } from "../../browser/preferences";
import { dollars, short } from "./money";
import type { Measure, Sum } from "./sums";
import { text } from "./texts";

/** Tokens, such as "≈ 1,200". */
export function tokensOf(count: number, { estimated }: Sum): string {
  const shown = short(count, locale.value);
  return estimated ? text().about(shown) : shown;
}

/** Money, such as "$0.42 or more", "not known". */
export function costOf({ cost, unpriced, estimated, sent, written }: Sum): string {
  if (cost === null) return unpriced || sent + written ? text().notKnown : text().none;
  const shown = dollars(cost, locale.value);
  const marked = estimated ? text().about(shown) : shown;
  return unpriced ? text().atLeast(marked) : marked;
}

export function figureOf(sum: Sum, measure: Measure): string {
  return measure === "cost" ? costOf(sum) : text().tokens(tokensOf(sum.sent + sum.written, sum));
}
