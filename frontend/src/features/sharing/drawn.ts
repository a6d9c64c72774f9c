import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

/** So many fill a first screen, and take no longer than a blink. */
const AT_ONCE = 10;

/**
 * How many of so many messages are set as what they are: the first at once, the others bit by bit while the page
 * rests, so that it answers meanwhile. Until its turn a message stands as it was written.
 */
export function useDrawn(count: number): number {
  const drawn = useSignal(AT_ONCE);
  useEffect(() => {
    if (drawn.value >= count) return;
    const timer = setTimeout(() => (drawn.value += AT_ONCE));
    return () => clearTimeout(timer);
  }, [drawn.value, count]);
  return drawn.value;
}
