import { effect, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Conversation } from "../../api/types";
import { part } from "../../browser/lazy";
import { sidebarOpen } from "../../browser/preferences";
import { currentId } from "../../browser/router";
import { t } from "../../i18n";
import { tell } from "../../ui/toasts";
import { watchNear } from "../../ui/watchNear";
import { ConversationItem } from "./ConversationItem";
import { conversations, loadConversations, moreConversations, remove } from "./conversations";
import { takes } from "./dragged";
import { folders, inFolder, pinned, pinsFolded, unfolded, unsorted, wantOrder } from "./folders";
import { groupByTime } from "./groupByTime";
import { holdFocus } from "./heldFocus";
import { renaming } from "./opened";

const ordered = part(() => import("./Ordered"));

/** One stop of the Tab key: arrows, Home and End move in it, F2 renames, E archives, Delete deletes. */
export function ConversationList() {
  const box = useRef<HTMLDivElement>(null);
  const end = useRef<HTMLDivElement>(null);
  const failed = useSignal(false);
  const focused = useSignal<string | null>(null);
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
  useEffect(() => effect(() => void (sidebarOpen.value && wantOrder())), []);
  const known = conversations.value;
  useEffect(() => {
    if (next.current === undefined) return;
    const row = next.current?.isConnected ? next.current.querySelector<HTMLElement>(".side-row") : null;
    (row ?? document.querySelector<HTMLElement>(".new-chat"))?.focus();
    next.current = undefined;
  }, [known]);
  const hasOrder = pinned.value.length > 0 || folders.value.length > 0;
  const above = hasOrder ? ordered() : undefined;
  const rows = above ? [...rowsAbove(), ...keysOf(unsorted.value)] : keysOf(unsorted.value);
  const reachable = [focused.value, `c${currentId.value}`].find((key) => rows.includes(key!)) ?? rows[0];

  const onKeyDown = (event: KeyboardEvent) => {
    const row = (event.target as Element).closest<HTMLElement>(".conversation");
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const rows = [...box.current!.querySelectorAll<HTMLElement>(".conversation")];
    const at = rows.indexOf(row);
    const conversation = known.find((item) => item.id === Number(row.dataset.id));
    const go = (to: HTMLElement | undefined) => to?.querySelector<HTMLElement>(".side-row")?.focus();
    const fold = (is: string) => row.querySelector<HTMLElement>(`.side-row[aria-expanded="${is}"]`);
    const onRow = (event.target as Element).matches(".side-row");
    const keys: Record<string, () => unknown> = {
      ArrowDown: () => go(rows[at + 1]),
      ArrowUp: () => go(rows[at - 1]),
      Home: () => go(rows[0]),
      End: () => go(rows.at(-1)),
      ArrowRight: () => (fold("false") ? fold("false")!.click() : row.querySelector<HTMLElement>(".row-menu")?.focus()),
      ArrowLeft: () => (onRow && fold("true") ? fold("true")!.click() : go(row)),
      F2: () => {
        if (conversation) renaming.value = { id: conversation.id, place: "list" };
      },
      Delete: () => conversation && leave(() => void remove(conversation).catch(tell)),
      e: () => conversation && leave(() => void archive(conversation)),
    };
    const leave = (go: () => void) => {
      holdFocus();
      next.current = rows[at + 1] ?? rows[at - 1] ?? null;
      go();
    };
    const run = (event.target as Element).closest("[role=menu]") ? undefined : keys[event.key];
    if (!run) return;
    event.preventDefault();
    run();
  };
  const onFocusIn = ({ target }: FocusEvent) => {
    const { id, folder } = (target as Element).closest<HTMLElement>(".conversation")?.dataset ?? {};
    if (id) focused.value = `c${id}`;
    if (folder) focused.value = `f${folder}`;
  };
  return (
    <div ref={box} class="conversations" onKeyDown={onKeyDown} onFocusIn={onFocusIn}>
      {above && <above.Ordered reachable={reachable} />}
      {groupByTime(unsorted.value, new Date()).map(([heading, items]) => (
        <section key={heading} {...takes(moveOut)}>
          <h2>{heading}</h2>
          <ul>
            {items.map((item: Conversation) => (
              <ConversationItem key={item.id} conversation={item} reachable={reachable === `c${item.id}`} />
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

/** What is dragged back among the others stands in no folder. */
async function moveOut(conversation: Conversation): Promise<void> {
  const { move } = await import("./order");
  move(conversation, null);
}

async function archive(conversation: Conversation): Promise<void> {
  const { putAway } = await import("./order");
  putAway(conversation, true);
}

function keysOf(items: Conversation[]): string[] {
  return items.map(({ id }) => `c${id}`);
}

/** The rows of pins and folders, as they stand. */
function rowsAbove(): string[] {
  const within = (id: number) => (unfolded.value.has(id) ? keysOf(inFolder(id)) : []);
  const inFolders = folders.value.flatMap(({ id }) => [`f${id}`, ...within(id)]);
  return [...(pinsFolded.value ? [] : keysOf(pinned.value)), ...inFolders];
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
