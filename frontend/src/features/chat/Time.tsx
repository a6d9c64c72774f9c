import { locale } from "../../browser/preferences";
import { inFull, timeOf } from "./times";

/** When a message was sent, quietly. */
export function Time({ at }: { at: string }) {
  return (
    <time dateTime={at} title={inFull(at, locale.value)}>
      {timeOf(at, locale.value)}
    </time>
  );
}
