import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api } from "../../api/client";
import type { ConversationShares, ShareCreated } from "../../api/schema";
import type { Conversation, Share } from "../../api/types";
import { locale } from "../../browser/preferences";
import { Dialog } from "../../ui/Dialog";
import { Problem } from "../../ui/Problem";
import { useAction } from "../../ui/useAction";
import { dayOf } from "./days";
import { LinkRow } from "./LinkRow";
import { withLink } from "./links";
import { MadeLink } from "./MadeLink";
import { NewLink } from "./NewLink";
import { sharingOf } from "./opened";
import { text as texts } from "./texts";
import "../../ui/forms.css";
import "../../ui/sections.css";
import "./sharing.css";

/** A conversation is shown to others: the links that there are, and what a new one would show. */
export function ShareDialog({ conversation: { id } }: { conversation: Conversation }) {
  const found = useSignal<ConversationShares | undefined>(undefined);
  const made = useSignal<ShareCreated | undefined>(undefined);
  const another = useSignal(false);
  const { error, run } = useAction();
  useEffect(() => {
    void run(async () => {
      found.value = await api("GET /conversations/{id}/shares", { params: { id } });
    });
  }, []);
  const close = () => {
    sharingOf.value = null;
  };
  const text = texts();
  const shares = found.value?.shares ?? [];
  const change = (before: Share, now: Share | null) => {
    const there = found.value!; // by now: another one may have been changed meanwhile
    found.value = { ...there, shares: withLink(there.shares, before, now) };
  };
  return (
    <Dialog title={text.title} onClose={close} class="share-dialog">
      <div class="share">
        {made.value && <MadeLink made={made.value} onClose={close} />}
        {!made.value && shares.length > 0 && (
          <ul class="rows">
            {shares.map((share) => (
              <LinkRow
                key={share.id}
                share={share}
                name={text.linkOf(dayOf(share.created_at, locale.value))}
                facts={[text.messages(share.messages)]}
                preview={found.value?.preview}
                onChange={(now) => change(share, now)}
              />
            ))}
          </ul>
        )}
        {!made.value && shares.length > 0 && !another.value && (
          <button class="button" onClick={() => (another.value = true)}>
            {text.another}
          </button>
        )}
        {found.value && !made.value && (another.value || !shares.length) && (
          <NewLink id={id} preview={found.value.preview} onMade={(link) => (made.value = link)} onCancel={close} />
        )}
        {!found.value && !error.value && <span class="skeleton share-skeleton" />}
        <Problem text={error.value?.text} />
      </div>
    </Dialog>
  );
}
