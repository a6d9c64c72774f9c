import { useLayoutEffect, useRef } from "preact/hooks";

/** What comes in addition has the focus at its first link: the button that it was asked by may be gone. */
export function useFirstNew(count: number) {
  const list = useRef<HTMLUListElement>(null);
  const from = useRef<number | null>(null);
  useLayoutEffect(() => {
    if (from.current === null || count <= from.current) return;
    list.current!.children[from.current]!.querySelector("a")!.focus();
    from.current = null;
  }, [count]);
  const expect = () => {
    from.current = count;
  };
  return { list, expect };
}
