import { type Signal, useComputed, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Message } from "../../api/types";
import { t } from "../../i18n";
import { markdown } from "../../markdown/markdown";
import { unfoldSelected } from "../../markdown/SaidText";
import { Icon } from "../../ui/Icon";
import { IconButton } from "../../ui/IconButton";
import { watchNear } from "../../ui/watchNear";
import { shownFiles } from "../files/files";
import { Ahead } from "./Ahead";
import { dispatch, loadNewer, loadOlder, socket, thread } from "./current";
import { Day } from "./Day";
import { groups } from "./groups";
import { LoadFailed } from "./LoadFailed";
import { MessageGroup } from "./MessageGroup";
import { paper, printing } from "./printing";
import { RefusedMessage } from "./Refusal";
import { shown } from "./shown";
import { sought } from "./sought";
import { ThreadSkeleton } from "./ThreadSkeleton";
import { busy } from "./thread";
import { beginsDay } from "./times";
import { useFollow } from "./useFollow";
import { usePlace } from "./usePlace";

/** By then the page is there, and whoever prints has come no further than the menu. */
const PAPER_MILLISECONDS = 1500;
const NEAR = "1500px";

export function Thread({ title }: { title: string }) {
  const { messages, firstIndex, hasMore, hasNewer = false, ahead, refused, putBack } = shown(thread.value);
  const hasFiles = messages.some(({ attachments }) => attachments);
  const isThere = thread.value.loaded && markdown() !== undefined && (!hasFiles || shownFiles() !== undefined);
  const target = sought.value;
  const holdsSought = (some: Message[]) => some.some(({ id }) => id === target?.message);
  const seeking = !!target && !target.reached && !holdsSought(messages);
  const drawn = useRef(false);
  drawn.current ||= isThere && !seeking; // until then what is left again at once is not drawn
  const loaded = isThere && drawn.current;
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const { atBottom, toBottom } = useFollow(scroller, content, !!ahead, putBack, hasNewer);
  const waits = useComputed(() => busy(thread.value));
  usePlaceKept(scroller, firstIndex);
  usePlace(scroller, loaded, firstIndex, atBottom);
  useEffect(() => void setTimeout(paper.warm, PAPER_MILLISECONDS), []);
  const Paper = printing.value && paper()?.PaperHead;
  const last = messages.at(-1);
  const connected = socket.value?.connection.value === "open"; // after it was lost, a page may be missing
  const older = useEdge(scroller, loaded, loadOlder, [firstIndex, hasMore, connected]);
  const newer = useEdge(scroller, loaded, loadNewer, [last?.id, hasNewer, connected]);
  return (
    <div class="thread-area">
      <div
        class="thread"
        ref={scroller}
        tabIndex={0}
        role="region"
        aria-label={t().thread.label}
        aria-busy={seeking}
        onCopy={unfoldSelected}
      >
        <div class="column" ref={content}>
          {Paper && <Paper title={title} />}
          <div ref={older.edge}>{hasMore && <Rest of={older} failed={t().thread.olderFailed} />}</div>
          {!loaded && !ahead && <ThreadSkeleton />}
          {(loaded ? groups(messages, firstIndex) : []).map((group, index, all) => (
            <MessageGroup
              key={group.key}
              messages={group.messages}
              before={index ? all[index - 1]!.messages.at(-1)!.timestamp : hasMore ? undefined : null}
              lastId={hasNewer ? 0 : last!.id}
              busy={waits.value}
              whole={printing.value || holdsSought(group.messages)}
              root={scroller}
            />
          ))}
          <div ref={newer.edge}>{loaded && hasNewer && <Rest of={newer} failed={t().thread.newerFailed} />}</div>
          {refused.map((item) => (
            <RefusedMessage key={item.request.client_id} item={item} busy={waits.value} />
          ))}
          {ahead && last && beginsDay(new Date().toISOString(), last.timestamp) && (
            <Day at={new Date().toISOString()} />
          )}
          {ahead && <Ahead key={ahead.request.client_id} item={ahead} />}
        </div>
      </div>
      {hasNewer ? (
        <button class="button to-bottom" onClick={() => dispatch({ type: "to-end" })}>
          <Icon name="down" />
          {t().thread.toBottom}
        </button>
      ) : (
        !atBottom.value && <IconButton icon="down" class="to-bottom" label={t().thread.toBottom} onClick={toBottom} />
      )}
    </div>
  );
}

interface Edge {
  edge: RefObject<HTMLDivElement | null>;
  failed: Signal<boolean>;
  load: () => void;
}

/** Loads what follows at one edge of what is shown, once that is near to being seen. */
function useEdge(
  scroller: RefObject<HTMLDivElement | null>,
  loaded: boolean,
  loadMore: () => Promise<void>,
  changes: unknown[],
): Edge {
  const edge = useRef<HTMLDivElement>(null);
  const failed = useSignal(false);
  const load = () => {
    failed.value = false;
    loadMore().catch(() => (failed.value = true));
  };
  useEffect(() => {
    if (loaded) return watchNear(edge.current!, scroller.current, NEAR, (isNear) => isNear && load());
  }, [loaded, ...changes]);
  return { edge, failed, load };
}

function Rest({ of, failed }: { of: Edge; failed: string }) {
  return of.failed.value ? <LoadFailed text={failed} onRetry={of.load} /> : <ThreadSkeleton short />;
}

/** Keeps what is read in its place when older messages come in above it: the first that is seen must not move. */
function usePlaceKept(scroller: RefObject<HTMLDivElement | null>, firstIndex: number): void {
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

/** Groups grow at the ends of the thread, messages do not; where none is drawn, a group in the middle is seen. */
function firstSeen(scroller: HTMLDivElement) {
  const top = scroller.getBoundingClientRect().top;
  for (const box of scroller.querySelectorAll("article, [data-group]:empty")) {
    const { bottom } = box.getBoundingClientRect();
    if (bottom > top) return { box, bottom };
  }
  return null;
}
