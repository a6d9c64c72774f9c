/** Months of this reader's calendar, as "2026-11". */

export function monthOf(day: Date): string {
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}`;
}

/** So many months later, or earlier. */
export function moved(month: string, by: number): string {
  const [year, number] = parts(month);
  return monthOf(new Date(year, number - 1 + by, 1));
}

/** Its days, as "2026-11-01". */
export function daysOf(month: string): string[] {
  const [year, number] = parts(month);
  const count = new Date(year, number, 0).getDate();
  return Array.from({ length: count }, (_, day) => `${month}-${two(day + 1)}`);
}

/** "November 2026". */
export function inWords(month: string, locale: string): string {
  return new Date(...first(month)).toLocaleDateString(locale, { year: "numeric", month: "long" });
}

/** "14 November". */
export function dayInWords(day: string, locale: string): string {
  const [year, month, number] = day.split("-").map(Number) as [number, number, number];
  return new Date(year, month - 1, number).toLocaleDateString(locale, { month: "long", day: "numeric" });
}

/** The time zone of this reader's clock. */
export function zoneHere(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

function first(month: string): [number, number, number] {
  const [year, number] = parts(month);
  return [year, number - 1, 1];
}

function parts(month: string): [number, number] {
  return month.split("-").map(Number) as [number, number];
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}
