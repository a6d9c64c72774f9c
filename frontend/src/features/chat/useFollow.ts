import { type Signal, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

const NEAR_PIXELS = 24;

/**
 * Scrolls with growing text while the reader is at the bottom, and never otherwise. What was just
 * `asked` for is shown in any case; where that is refused and `putBack`, by which the number of those
 * grows, the reader is back as well. Where there is something `newer` that is not loaded, there is no
 * bottom yet.
 */
export function useFollow(
  scroller: RefObject<HTMLElement | null>,
  content: RefObject<HTMLElement | null>,
  asked: boolean,
  putBack: number,
  newer: boolean,
): { atBottom: Signal<boolean>; toBottom: () => void } {
  const atBottom = useSignal(true);
  const lastTop = useRef(0);
  const goesOn = useRef(newer);
  goesOn.current = newer;
  const left = useRef<{ top: number; atBottom: boolean; putBack: number } | null>(null);
  // While drawing: before what was asked for changes what is seen.
  if (asked) left.current ??= { top: scroller.current?.scrollTop ?? 0, atBottom: atBottom.peek(), putBack };
  const toBottom = () => {
    const box = scroller.current;
    if (!box) return;
    atBottom.value = true;
    box.scrollTop = box.scrollHeight;
    lastTop.current = box.scrollTop;
  };
  useEffect(() => {
    const box = scroller.current!;
    const left = () => box.scrollHeight - box.scrollTop - box.clientHeight;
    const isNear = () => !goesOn.current && left() <= NEAR_PIXELS;
    const onScroll = () => {
      if (isNear()) atBottom.value = true;
      else if (box.scrollTop < lastTop.current) atBottom.value = false; // upwards: a person did that
      lastTop.current = box.scrollTop;
    };
    const onResize = () => {
      if (atBottom.value) toBottom();
      else atBottom.value = isNear();
    };
    // Whoever unfolds something reads it from its beginning.
    const onClick = ({ target }: Event) => {
      if ((target as Element).closest("summary, [aria-expanded]")) atBottom.value = false;
    };
    const sizes = new ResizeObserver(onResize);
    sizes.observe(content.current!);
    sizes.observe(box);
    box.addEventListener("scroll", onScroll, { passive: true });
    box.addEventListener("click", onClick);
    return () => {
      sizes.disconnect();
      box.removeEventListener("scroll", onScroll);
      box.removeEventListener("click", onClick);
    };
  }, []);
  useLayoutEffect(() => {
    if (asked) return toBottom();
    const before = left.current;
    left.current = null;
    if (before && !before.atBottom && putBack > before.putBack) {
      atBottom.value = false;
      scroller.current!.scrollTop = before.top;
    } else if (!before || atBottom.peek()) toBottom();
  }, [asked]);
  return { atBottom, toBottom };
}
