import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api } from "../../api/client";
import type { Share } from "../../api/types";
import { locale } from "../../browser/preferences";
import { follow } from "../../browser/router";
import { conversationAt } from "../../routes";
import { Problem } from "../../ui/Problem";
import { Section } from "../../ui/Section";
import { useAction } from "../../ui/useAction";
import { dayOf } from "./days";
import { LinkRow } from "./LinkRow";
import { withLink } from "./links";
import { mayShare } from "./opened";
import { text as texts } from "./texts";
import "./sharing.css";

/** Every link of one's own that shows something, the newest first. */
export function Links() {
  const shares = useSignal<Share[]>([]);
  const more = useSignal<boolean | undefined>(undefined);
  const { busy, error, run } = useAction();
  const load = async () => {
    const page = await api("GET /shares", { params: { before_id: shares.value.at(-1)?.id } });
    shares.value = [...shares.value, ...page.shares];
    more.value = page.has_more;
  };
  useEffect(() => void run(load), []);
  if (!mayShare()) return null;
  const text = texts();
  const change = (before: Share, now: Share | null) => {
    shares.value = withLink(shares.value, before, now);
  };
  return (
    <Section title={text.links} lead={text.linksLead}>
      <ul class="rows">
        {shares.value.map((share) => (
          <LinkRow
            key={share.id}
            share={share}
            name={
              <a href={conversationAt(share.conversation_id)} onClick={follow}>
                {share.title}
              </a>
            }
            facts={[text.linkOf(dayOf(share.created_at, locale.value))]}
            onChange={(now) => change(share, now)}
          />
        ))}
      </ul>
      {more.value === undefined && !error.value && <span class="skeleton row-skeleton" />}
      {more.value === false && !shares.value.length && <p class="lead">{text.none}</p>}
      <Problem text={error.value?.text} />
      {more.value && (
        <button class="button" disabled={busy.value} onClick={() => void run(load)}>
          {text.more}
        </button>
      )}
    </Section>
  );
}
