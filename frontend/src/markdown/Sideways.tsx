import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** What changes its size on the page, and what stands in it. */
const sizes = new ResizeObserver((changes) => {
  for (const { target } of changes) mark(target.closest<HTMLElement>(".sideways")!);
});

interface Props {
  class: string;
  label: string;
  dir?: "ltr" | "rtl";
  children: ComponentChildren;
}

/** A box as wide as it may be. What is wider scrolls in it, by the keyboard too, and fades at the edge that hides it. */
export function Sideways({ class: extra, label, dir, children }: Props) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const { current } = box;
    const parts = [current!, current!.firstElementChild!];
    for (const part of parts) sizes.observe(part);
    return () => {
      for (const part of parts) sizes.unobserve(part);
    };
  }, []);
  return (
    <div
      ref={box}
      class={`sideways ${extra}`}
      role="group"
      aria-label={label}
      dir={dir}
      onScroll={({ currentTarget }) => mark(currentTarget)}
    >
      {children}
    </div>
  );
}

function mark(box: HTMLElement): void {
  const room = box.scrollWidth - box.clientWidth;
  const gone = Math.abs(box.scrollLeft); // below zero where text runs from right to left
  box.classList.toggle("more-before", gone > 1);
  box.classList.toggle("more-after", room - gone > 1);
  if (room > 1) box.tabIndex = 0;
  else box.removeAttribute("tabindex");
}
