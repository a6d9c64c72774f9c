/** Times as lists of many tell them: the day is enough. */
import { locale } from "../../browser/preferences";

export function shortDay(time: string): string {
  return new Date(time).toLocaleDateString(locale.value, { dateStyle: "medium" });
}
