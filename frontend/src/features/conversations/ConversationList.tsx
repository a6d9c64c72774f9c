import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Conversation } from "../../api/types";
import { currentId } from "../../browser/router";
import { t } from "../../i18n";
import { tell } from "../../ui/toasts";
import { watchNear } from "../../ui/watchNear";
import { ConversationItem } from "./ConversationItem";
import { conversations, loadConversations, moreConversations, remove } from "./conversations";
import { groupByTime } from "./groupByTime";
import { holdFocus } from "./heldFocus";
import { renaming } from "./opened";

/** One stop of the Tab key: arrows, Home and End move in it, F2 renames, Delete deletes. */
export function ConversationList() {
  const box = useRef<HTMLDivElement>(null);
  const end = useRef<HTMLDivElement>(null);
  const failed = useSignal(false);
  const focused = useSignal<number | null>(null);
  /** The row that a deleted one leaves its focus to, also where another page is shown for it. */
  const next = useRef<Element | null | undefined>(undefined);
  const load = () => {
    failed.value = false;
    loadConversations().catch(() => (failed.value = true));
  };
  useEffect(() => {
    if (moreConversations.value === false) return;
    return watchNear(end.current!, box.current, "400px", (isNear) => isNear && load());
  }, [conversations.value, moreConversations.value]);
  const known = conversations.value;
  useEffect(() => {
    if (next.current === undefined) return;
    const row = next.current?.isConnected ? next.current.querySelector("a") : null;
    (row ?? document.querySelector<HTMLElement>(".new-chat"))?.focus();
    next.current = undefined;
  }, [known]);
  const has = (id: number | null) => known.some((item) => item.id === id);
  const reachable = [focused.value, currentId.value].find(has) ?? known[0]?.id;

  const onKeyDown = (event: KeyboardEvent) => {
    const row = (event.target as Element).closest<HTMLElement>(".conversation");
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const rows = [...box.current!.querySelectorAll<HTMLElement>(".conversation")];
    const at = rows.indexOf(row);
    const conversation = known.find((item) => item.id === Number(row.dataset.id));
    const go = (to: HTMLElement | undefined) => to?.querySelector<HTMLElement>("a")?.focus();
    const keys: Record<string, () => void> = {
      ArrowDown: () => go(rows[at + 1]),
      ArrowUp: () => go(rows[at - 1]),
      Home: () => go(rows[0]),
      End: () => go(rows.at(-1)),
      ArrowRight: () => row.querySelector<HTMLElement>(".row-menu")?.focus(),
      ArrowLeft: () => go(row),
      F2: () => {
        if (conversation) renaming.value = { id: conversation.id, place: "list" };
      },
      Delete: () => {
        if (!conversation) return;
        holdFocus();
        next.current = rows[at + 1] ?? rows[at - 1] ?? null;
        void remove(conversation).catch(tell);
      },
    };
    const run = keys[event.key];
    if (!run) return;
    event.preventDefault();
    run();
  };
  const onFocusIn = ({ target }: FocusEvent) => {
    const id = (target as Element).closest<HTMLElement>(".conversation")?.dataset.id;
    if (id) focused.value = Number(id);
  };
  return (
    <div ref={box} class="conversations" onKeyDown={onKeyDown} onFocusIn={onFocusIn}>
      {groupByTime(known, new Date()).map(([heading, items]) => (
        <section key={heading}>
          <h2>{heading}</h2>
          <ul>
            {items.map((item: Conversation) => (
              <ConversationItem key={item.id} conversation={item} reachable={item.id === reachable} />
            ))}
          </ul>
        </section>
      ))}
      {moreConversations.value === false && !known.length && <p class="side-note">{t().list.empty}</p>}
      {moreConversations.value === undefined && !failed.value && <SkeletonRows />}
      {failed.value && (
        <p class="side-note">
          {t().list.failed}{" "}
          <button class="link" onClick={load}>
            {t().common.retry}
          </button>
        </p>
      )}
      <div ref={end} />
    </div>
  );
}

function SkeletonRows() {
  return (
    <div class="skeleton-rows" aria-hidden="true">
      {[70, 88, 56, 78, 64].map((width) => (
        <span key={width} class="skeleton" style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}
