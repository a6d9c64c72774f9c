import { locale } from "../../browser/preferences";
import { t } from "../../i18n";
import { dayOf, daysBetween, inFull } from "./times";

/** Tells the day between messages of two. */
export function Day({ at }: { at: string }) {
  const names = [t().list.today, t().list.yesterday];
  return (
    <p class="day">
      <time dateTime={at} title={inFull(at, locale.value)}>
        {names[daysBetween(at, new Date())] ?? dayOf(at, locale.value)}
      </time>
    </p>
  );
}
