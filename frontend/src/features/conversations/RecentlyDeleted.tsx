import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api } from "../../api/client";
import type { ConversationItem } from "../../api/schema";
import { locale } from "../../browser/preferences";
import { Problem } from "../../ui/Problem";
import { Section } from "../../ui/Section";
import { useAction } from "../../ui/useAction";
import { when } from "../../ui/when";
import { restore } from "./conversations";
import { text } from "./deletedTexts";

const PAGE = 20;

/** What was deleted and is still kept, the newest deletion first; each can be brought back. */
export function RecentlyDeleted() {
  const items = useSignal<ConversationItem[]>([]);
  const more = useSignal<boolean | undefined>(undefined);
  const { busy, error, run } = useAction();
  const load = async () => {
    const last = items.value.at(-1);
    const params = { deleted: true, limit: PAGE, before: last?.deleted_at ?? undefined, before_id: last?.id };
    const page = await api("GET /conversations", { params });
    items.value = [...items.value, ...page.conversations];
    more.value = page.conversations.length === PAGE;
  };
  useEffect(() => void run(load), []);
  const bringBack = (item: ConversationItem) =>
    run(async () => {
      await restore(item);
      items.value = items.value.filter((other) => other !== item);
    });
  return (
    <Section title={text().title} lead={text().lead}>
      <ul class="rows">
        {items.value.map((item) => (
          <li key={item.id}>
            <div>
              <strong dir="auto">{item.title}</strong>
              <small>
                {text().deleted(when(item.deleted_at!, locale.value))}
                {item.restorable_until && ` · ${text().until(when(item.restorable_until, locale.value))}`}
              </small>
            </div>
            <button
              class="button"
              disabled={busy.value}
              aria-label={text().restoreThis(item.title)}
              onClick={() => void bringBack(item)}
            >
              {text().restore}
            </button>
          </li>
        ))}
      </ul>
      {more.value === undefined && !error.value && <span class="skeleton row-skeleton" />}
      {more.value === false && !items.value.length && <p class="lead">{text().none}</p>}
      <Problem text={error.value?.text} />
      {more.value && (
        <button class="button" disabled={busy.value} onClick={() => void run(load)}>
          {text().more}
        </button>
      )}
    </Section>
  );
}
