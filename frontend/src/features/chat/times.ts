/** The server's times as this reader's clock and calendar have them. */

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making a format takes longer than using it a thousand times. */
function format(locale: string, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${name}`;
  const made = formats.get(key) ?? new Intl.DateTimeFormat(locale, options);
  formats.set(key, made);
  return made;
}

export function timeOf(time: string, locale: string): string {
  return format(locale, "time", { timeStyle: "short" }).format(new Date(time));
}

export function inFull(time: string, locale: string): string {
  return format(locale, "full", { dateStyle: "full", timeStyle: "short" }).format(new Date(time));
}

/** The day in words; of another year with its year. */
export function dayOf(time: string, locale: string, now = new Date()): string {
  const day = new Date(time);
  if (day.getFullYear() !== now.getFullYear()) return format(locale, "date", { dateStyle: "long" }).format(day);
  return format(locale, "day", { weekday: "long", month: "long", day: "numeric" }).format(day);
}

/** How many midnights lie between. */
export function daysBetween(earlier: string, later: Date): number {
  const midnight = (day: Date) => Date.UTC(day.getFullYear(), day.getMonth(), day.getDate());
  return (midnight(later) - midnight(new Date(earlier))) / 86_400_000;
}

/** Whether a day is told before a message: another than the one before, or not today where none is before. */
export function beginsDay(time: string, before: string | null | undefined): boolean {
  if (before === undefined) return false; // it is not known yet what is before
  if (before === null) return daysBetween(time, new Date()) !== 0;
  return daysBetween(before, new Date(time)) !== 0;
}
