/** Days that were told without a time: they are the same in every time zone. */
export function dateOf(day: string, locale: string): string {
  return new Date(`${day}T00:00:00Z`).toLocaleDateString(locale, { dateStyle: "long", timeZone: "UTC" });
}

/** The day of a time of the server's, where the reader is. */
export function dayOf(time: string, locale: string): string {
  return new Date(time).toLocaleDateString(locale, { dateStyle: "long" });
}
