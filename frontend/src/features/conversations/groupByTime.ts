/** Conversations under headings of time: today, yesterday, the last days, then by month. */
import type { Conversation } from "../../api/types";
import { locale } from "../../browser/preferences";
import { t } from "../../i18n";

const DAY = 86_400_000;

export function groupByTime(conversations: Conversation[], now: Date): [string, Conversation[]][] {
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime();
  const groups = new Map<string, Conversation[]>();
  for (const conversation of conversations) {
    const heading = headingOf(new Date(conversation.updated_at), midnight);
    groups.set(heading, [...(groups.get(heading) ?? []), conversation]);
  }
  return [...groups];
}

function headingOf(time: Date, midnight: number): string {
  const { today, yesterday, week, month } = t().list;
  const age = midnight - time.getTime();
  if (age <= 0) return today;
  if (age <= DAY) return yesterday;
  if (age <= 7 * DAY) return week;
  if (age <= 30 * DAY) return month;
  return time.toLocaleDateString(locale.value, { year: "numeric", month: "long" });
}
