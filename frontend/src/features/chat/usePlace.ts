import type { Signal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect } from "preact/hooks";
import { thread } from "./current";
import { seek } from "./seek";
import { type Sought, sought } from "./sought";

const PAUSE_MILLISECONDS = 120;

/** A message, and how far below the upper edge of the thread it begins. */
type Place = Pick<Sought, "message" | "top">;

/**
 * Whoever comes back to a thread, or loads it again, reads on where they were; and what is sought is
 * brought into sight. The place is the history entry's, so that a thread which is opened anew begins
 * at its end.
 */
export function usePlace(
  scroller: RefObject<HTMLElement | null>,
  loaded: boolean,
  firstIndex: number,
  atBottom: Signal<boolean>,
): void {
  useEffect(() => {
    const box = scroller.current!;
    let timer = 0;
    const onScroll = () => {
      timer ||= setTimeout(() => {
        timer = 0;
        keep(atBottom.value ? undefined : placeIn(box));
      }, PAUSE_MILLISECONDS);
    };
    box.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      clearTimeout(timer);
      box.removeEventListener("scroll", onScroll);
    };
  }, []);
  useLayoutEffect(() => {
    const before = known();
    const wanted = sought.peek();
    if (thread.peek().leaps)
      keep(wanted && !wanted.reached ? placeOf(wanted) : undefined); // another part is shown
    else if (before && !wanted) void seek(placeOf(before)).catch(() => undefined);
  }, []);
  const target = sought.value;
  useLayoutEffect(() => {
    if (!loaded || !target || target.reached || !goTo(scroller.current!, target)) return;
    atBottom.value = false;
    sought.value = { ...target, reached: true };
    target.onReached?.(scroller.current!, articleOf(scroller.current!, target)!);
  }, [loaded, target, firstIndex]);
}

function placeOf({ message, top }: Place): Place {
  return { message, top };
}

function known(): Place | undefined {
  return (history.state as { place?: Place } | null)?.place;
}

function keep(place: Place | undefined): void {
  history.replaceState({ ...history.state, place }, "");
}

function placeIn(box: HTMLElement): Place | undefined {
  const edge = box.getBoundingClientRect().top;
  for (const article of box.querySelectorAll<HTMLElement>("[data-message]")) {
    const { top, bottom } = article.getBoundingClientRect();
    if (bottom > edge) return { message: Number(article.dataset.message), top: top - edge };
  }
  return undefined;
}

function articleOf(box: HTMLElement, { message }: Place): HTMLElement | null {
  return box.querySelector(`[data-message="${Number(message)}"]`);
}

/** False where the message is not drawn. */
function goTo(box: HTMLElement, place: Place): boolean {
  const article = articleOf(box, place);
  if (!article) return false;
  box.scrollTop += article.getBoundingClientRect().top - box.getBoundingClientRect().top - place.top;
  return true;
}
