/** Money and numbers as this reader writes them. Money is whole billionths of a US dollar. */

export const NANO = 1_000_000_000;
const CENT = NANO / 100;
const COMPACT_FROM = 100_000;

const formats = new Map<string, Intl.NumberFormat>();

function format(locale: string, name: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${locale} ${name}`;
  const made = formats.get(key) ?? new Intl.NumberFormat(locale, options);
  formats.set(key, made);
  return made;
}

/** Dollars to the cent; what is less than one by its first two digits, so that it is never nothing. */
export function dollars(nano: number, locale: string): string {
  const usd = { style: "currency", currency: "USD" } as const;
  if (nano === 0 || Math.abs(nano) >= CENT) return format(locale, "usd", usd).format(nano / NANO);
  const fine = { ...usd, minimumFractionDigits: 0, maximumSignificantDigits: 2 };
  return format(locale, "fine", fine).format(nano / NANO);
}

/** Dollars by their first two digits, for an axis. */
export function roundDollars(nano: number, locale: string): string {
  const round = { style: "currency", currency: "USD", minimumFractionDigits: 0, maximumSignificantDigits: 2 } as const;
  return format(locale, "round", { ...round, notation: "compact" }).format(nano / NANO);
}

export function whole(count: number, locale: string): string {
  return format(locale, "whole", {}).format(count);
}

/** As `whole`, but large ones by their first digits: 1.2M. */
export function short(count: number, locale: string): string {
  if (count < COMPACT_FROM) return whole(count, locale);
  return format(locale, "short", { notation: "compact", maximumSignificantDigits: 3 }).format(count);
}

/** Nano-dollars of a decimal of dollars. */
export function nanoOf(dollars: number): number {
  return Math.round(dollars * NANO);
}
