import { locale } from "../../browser/preferences";
import { when } from "../../ui/when";
import { restore } from "./conversations";
import { text } from "./deletedTexts";
import { deletions } from "./deletions";
import { PutAway } from "./PutAway";

/** What was deleted and is still kept, the newest deletion first; each can be brought back. */
export function RecentlyDeleted() {
  return (
    <PutAway
      key={deletions.value}
      words={text()}
      query={(last) => ({ deleted: true, before: last?.deleted_at ?? undefined, before_id: last?.id })}
      name={(item) => item.title}
      facts={(item) => [
        text().deleted(when(item.deleted_at!, locale.value)),
        item.restorable_until && text().until(when(item.restorable_until, locale.value)),
      ]}
      back={text().restore}
      backThis={text().restoreThis}
      bringBack={restore}
    />
  );
}
