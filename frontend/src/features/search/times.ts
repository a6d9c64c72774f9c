import { daysBetween, timeOf } from "../chat/times";

/** As short as it can be told: the time of today, the day of this year, else the date. */
export function briefly(time: string, locale: string, now = new Date()): string {
  const day = new Date(time);
  if (daysBetween(time, now) === 0) return timeOf(time, locale);
  if (day.getFullYear() === now.getFullYear())
    return day.toLocaleDateString(locale, { month: "short", day: "numeric" });
  return day.toLocaleDateString(locale, { dateStyle: "medium" });
}
