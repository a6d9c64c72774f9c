/** The day of one. */
export function dayOf(time: string, locale: string): string {
  return new Date(time).toLocaleDateString(locale, { dateStyle: "medium" });
}

/** A time of the server's, for people. */
export function when(time: string, locale: string): string {
  return new Date(time).toLocaleString(locale, { dateStyle: "medium", timeStyle: "short" });
}
