import type { Signal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { loadOlder, thread } from "./current";

const PAUSE_MILLISECONDS = 120;
const MOST_PAGES = 20;

/** A message, and how far below the upper edge of the thread it begins. */
interface Place {
  message: number;
  top: number;
}

/**
 * Whoever comes back to a thread, or loads it again, reads on where they were. The place is the
 * history entry's, so that a thread which is opened anew begins at its end.
 */
export function usePlace(scroller: RefObject<HTMLElement | null>, loaded: boolean, atBottom: Signal<boolean>): void {
  const wanted = useRef(known());
  useEffect(() => {
    const box = scroller.current!;
    let timer = 0;
    const onScroll = () => {
      timer ||= setTimeout(() => {
        timer = 0;
        history.replaceState({ ...history.state, place: atBottom.value ? undefined : placeIn(box) }, "");
      }, PAUSE_MILLISECONDS);
    };
    box.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      clearTimeout(timer);
      box.removeEventListener("scroll", onScroll);
    };
  }, []);
  useLayoutEffect(() => {
    const place = wanted.current;
    if (!loaded || !place) return;
    wanted.current = undefined;
    atBottom.value = false;
    if (!goTo(scroller.current!, place))
      void loadFor(place).then(() => scroller.current && goTo(scroller.current, place));
  }, [loaded]);
}

function known(): Place | undefined {
  return (history.state as { place?: Place } | null)?.place;
}

function placeIn(box: HTMLElement): Place | undefined {
  const edge = box.getBoundingClientRect().top;
  for (const article of box.querySelectorAll<HTMLElement>("[data-message]")) {
    const { top, bottom } = article.getBoundingClientRect();
    if (bottom > edge) return { message: Number(article.dataset.message), top: top - edge };
  }
  return undefined;
}

/** False where the message is not loaded. */
function goTo(box: HTMLElement, { message, top }: Place): boolean {
  const article = box.querySelector(`[data-message="${Number(message)}"]`);
  if (!article) return false;
  box.scrollTop += article.getBoundingClientRect().top - box.getBoundingClientRect().top - top;
  return true;
}

/** Older pages, until the message is there. */
export async function loadFor({ message }: Pick<Place, "message">): Promise<void> {
  const isMissing = () => thread.value.hasMore && thread.value.messages[0]!.id > message;
  for (let pages = 0; pages < MOST_PAGES && isMissing(); pages++) await loadOlder();
  await new Promise(requestAnimationFrame);
}
