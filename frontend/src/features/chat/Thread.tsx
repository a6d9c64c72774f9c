import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../../i18n";
import { markdown } from "../../markdown/markdown";
import { IconButton } from "../../ui/IconButton";
import { watchNear } from "../../ui/watchNear";
import { Ahead } from "./Ahead";
import { loadOlder, socket, thread } from "./current";
import { Day } from "./Day";
import { groups } from "./groups";
import { MessageGroup } from "./MessageGroup";
import { OlderFailed } from "./OlderFailed";
import { paper, printing } from "./printing";
import { RefusedMessage } from "./Refusal";
import { unfoldSelected } from "./SaidText";
import { shown } from "./shown";
import { ThreadSkeleton } from "./ThreadSkeleton";
import { busy } from "./thread";
import { beginsDay } from "./times";
import { useFollow } from "./useFollow";
import { usePlace } from "./usePlace";

/** By then the page is there, and whoever prints has come no further than the menu. */
const PAPER_MILLISECONDS = 1500;

export function Thread({ title }: { title: string }) {
  const { firstIndex, hasMore, loaded: known } = thread.value;
  const loaded = known && markdown() !== undefined;
  const { messages, ahead, refused, putBack } = shown(thread.value);
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const top = useRef<HTMLDivElement>(null);
  const connected = socket.value?.connection.value === "open"; // after it was lost, a page may be missing
  const { atBottom, toBottom } = useFollow(scroller, content, !!ahead, putBack);
  const waits = useComputed(() => busy(thread.value));
  usePlaceKept(scroller, firstIndex);
  usePlace(scroller, loaded, atBottom);
  useEffect(() => void setTimeout(paper.warm, PAPER_MILLISECONDS), []);
  const Paper = printing.value && paper()?.PaperHead;
  const last = messages.at(-1);
  const olderFailed = useSignal(false);
  const load = () => {
    olderFailed.value = false;
    loadOlder().catch(() => (olderFailed.value = true));
  };
  useEffect(() => {
    return watchNear(top.current!, scroller.current, "1500px", (isNear) => isNear && load());
  }, [firstIndex, hasMore, loaded, connected]);
  return (
    <div class="thread-area">
      <div
        class="thread"
        ref={scroller}
        tabIndex={0}
        role="region"
        aria-label={t().thread.label}
        onCopy={unfoldSelected}
      >
        <div class="column" ref={content}>
          {Paper && <Paper title={title} />}
          <div ref={top}>
            {hasMore && (olderFailed.value ? <OlderFailed onRetry={load} /> : <ThreadSkeleton short />)}
          </div>
          {!loaded && !ahead && <ThreadSkeleton />}
          {(loaded ? groups(messages, firstIndex) : []).map((group, index, all) => (
            <MessageGroup
              key={group.key}
              messages={group.messages}
              before={index ? all[index - 1]!.messages.at(-1)!.timestamp : hasMore ? undefined : null}
              lastId={last!.id}
              busy={waits.value}
              whole={printing.value}
              root={scroller}
            />
          ))}
          {refused.map((item) => (
            <RefusedMessage key={item.request.client_id} item={item} busy={waits.value} />
          ))}
          {ahead && last && beginsDay(new Date().toISOString(), last.timestamp) && (
            <Day at={new Date().toISOString()} />
          )}
          {ahead && <Ahead key={ahead.request.client_id} item={ahead} />}
        </div>
      </div>
      {!atBottom.value && <IconButton icon="down" class="to-bottom" label={t().thread.toBottom} onClick={toBottom} />}
    </div>
  );
}

/**
 * Keeps what is read in its place when older messages come in above it. Groups grow only upwards,
 * so the lower edge of the first one that is seen must not move.
 */
function usePlaceKept(scroller: { current: HTMLDivElement | null }, firstIndex: number): void {
  const known = useRef(firstIndex);
  const anchor = useRef<{ box: Element; bottom: number } | null>(null);
  if (firstIndex < known.current && scroller.current) anchor.current = firstSeen(scroller.current);
  known.current = firstIndex;
  useLayoutEffect(() => {
    const kept = anchor.current;
    anchor.current = null;
    if (kept) scroller.current!.scrollTop += kept.box.getBoundingClientRect().bottom - kept.bottom;
  }, [firstIndex]);
}

function firstSeen(scroller: HTMLDivElement) {
  const top = scroller.getBoundingClientRect().top;
  for (const box of scroller.querySelectorAll("[data-group]")) {
    const { bottom } = box.getBoundingClientRect();
    if (bottom > top) return { box, bottom };
  }
  return null;
}
