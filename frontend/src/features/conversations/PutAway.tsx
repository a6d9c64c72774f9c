import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { api } from "../../api/client";
import type { ConversationItem } from "../../api/schema";
import { Facts } from "../../ui/Facts";
import { Problem } from "../../ui/Problem";
import { Section } from "../../ui/Section";
import { useAction } from "../../ui/useAction";

const PAGE = 20;

interface Words {
  title: string;
  lead: string;
  none: string;
  more: string;
}

interface Place {
  before: string | undefined;
  before_id: number | undefined;
}

interface Props {
  words: Words;
  /** The list, from a place on; none for its beginning. */
  query(last: ConversationItem | undefined): Place & { archived?: true; deleted?: true };
  name(item: ConversationItem): ComponentChildren;
  facts(item: ConversationItem): (string | null | undefined)[];
  back: string;
  backThis(title: string): string;
  bringBack(item: ConversationItem): Promise<unknown>;
}

/** Conversations that are out of the way, each with a button that brings it back. */
export function PutAway({ words, query, name, facts, back, backThis, bringBack }: Props) {
  const items = useSignal<ConversationItem[]>([]);
  const more = useSignal<boolean | undefined>(undefined);
  const { busy, error, run } = useAction();
  const load = async () => {
    const params = { limit: PAGE, ...query(items.value.at(-1)) };
    const page = await api("GET /conversations", { params });
    items.value = [...items.value, ...page.conversations];
    more.value = page.conversations.length === PAGE;
  };
  useEffect(() => void run(load), []);
  const take = (item: ConversationItem) =>
    run(async () => {
      await bringBack(item);
      items.value = items.value.filter((other) => other !== item);
    });
  return (
    <Section title={words.title} lead={words.lead}>
      <ul class="rows">
        {items.value.map((item) => (
          <li key={item.id}>
            <div>
              <strong dir="auto">{name(item)}</strong>
              <small>
                <Facts of={facts(item)} />
              </small>
            </div>
            <button
              class="button"
              disabled={busy.value}
              aria-label={backThis(item.title)}
              onClick={() => void take(item)}
            >
              {back}
            </button>
          </li>
        ))}
      </ul>
      {more.value === undefined && !error.value && <span class="skeleton row-skeleton" />}
      {more.value === false && !items.value.length && <p class="lead">{words.none}</p>}
      <Problem text={error.value?.text} />
      {more.value && (
        <button class="button" disabled={busy.value} onClick={() => void run(load)}>
          {words.more}
        </button>
      )}
    </Section>
  );
}
