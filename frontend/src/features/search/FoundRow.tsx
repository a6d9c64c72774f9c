import type { FoundMessage } from "../../api/types";
import { locale } from "../../browser/preferences";
import { t } from "../../i18n";
import { Icon } from "../../ui/Icon";
import { inFull } from "../chat/times";
import { Marked } from "./Marked";
import { pieces, shortened } from "./snippet";
import { text } from "./texts";
import { briefly } from "./times";

/** A message that was found: where it was said, when and by whom, and its words. */
export function FoundRow({ result, title }: { result: FoundMessage; title: string }) {
  const { sender, timestamp, archived, snippet, snippet_start, ranges } = result;
  return (
    <span class="found">
      <span class="found-head">
        <span class="found-title" dir="auto">
          {title}
        </span>
        {archived && (
          <span class="found-archived" title={t().list.archived}>
            <Icon name="archive" />
            <span class="unseen">{t().list.archived}</span>
          </span>
        )}
        <time dateTime={timestamp} title={inFull(timestamp, locale.value)}>
          {briefly(timestamp, locale.value)}
        </time>
      </span>
      <span class="found-snippet">
        <span class="found-who">{sender === "user" ? text().you : text().reply}</span>
        <span dir="auto">
          <Marked pieces={shortened(pieces(snippet, ranges), snippet_start > 0)} />
        </span>
      </span>
    </span>
  );
}
