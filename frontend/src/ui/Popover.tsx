import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { closedByBack } from "../browser/back";
import { isWide } from "../browser/preferences";
import "./popover.css";

/** What a popover belongs to: a button, or the place of a right click. */
export type Anchor = Element | { x: number; y: number };

interface Props {
  anchor: Anchor;
  onClose: () => void;
  children: ComponentChildren;
  /** Which edges of the anchor and of the box lie over each other. */
  align?: "start" | "end";
  class?: string;
}

const MARGIN = 8;
const GAP = 4;

/**
 * A box over everything else, beside its anchor and within the window; on a narrow window a sheet at
 * its lower edge. Escape, a press outside and a phone's Back close it, and the focus returns to where
 * it was. What stands in it takes the focus by itself.
 */
export function Popover({ anchor, onClose, children, align = "start", class: extra = "" }: Props) {
  const layer = useRef<HTMLDivElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const before = useRef(document.activeElement as HTMLElement | null);
  const pressed = useRef(false);
  useLayoutEffect(() => {
    layer.current!.showPopover();
    const put = () => place(box.current!, anchor, align);
    put();
    addEventListener("resize", put);
    return () => removeEventListener("resize", put);
  }, [anchor, align]);
  useLayoutEffect(() => closedByBack(onClose), []);
  useLayoutEffect(() => () => giveBack(layer.current!, before.current, anchor), []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (!event.ctrlKey && !event.metaKey) event.stopPropagation(); // what lies below has keys of its own
    if (event.key !== "Escape" || event.isComposing) return;
    event.preventDefault();
    onClose();
  };
  const isOutside = (event: Event) => event.target === layer.current;
  return (
    <div
      ref={layer}
      popover="manual"
      class="popover-layer"
      onKeyDown={onKeyDown}
      onPointerDown={(event) => (pressed.current = isOutside(event))}
      onClick={(event) => {
        event.stopPropagation();
        // Not the end of the long press that opened it.
        if (pressed.current && isOutside(event)) onClose();
      }}
      onContextMenu={(event) => {
        if (!isOutside(event)) return;
        event.preventDefault();
        onClose();
      }}
    >
      <div ref={box} class={`popover ${extra}`}>
        {children}
      </div>
    </div>
  );
}

/** Below the anchor, above it where there is more room; a box that grows stays at the anchor. */
function place(box: HTMLElement, anchor: Anchor, align: "start" | "end"): void {
  const { style } = box;
  style.top = style.bottom = style.left = style.right = style.maxHeight = "";
  if (!isWide()) return; // a sheet
  const at = anchor instanceof Element ? anchor.getBoundingClientRect() : new DOMRect(anchor.x, anchor.y);
  const below = innerHeight - at.bottom - GAP - MARGIN;
  const above = at.top - GAP - MARGIN;
  const isBelow = box.offsetHeight <= below || below >= above;
  style.maxHeight = `${isBelow ? below : above}px`;
  if (isBelow) style.top = `${at.bottom + GAP}px`;
  else style.bottom = `${innerHeight - at.top + GAP}px`;
  const wanted = align === "start" ? at.left : at.right - box.offsetWidth;
  const most = innerWidth - box.offsetWidth - MARGIN;
  style.left = `${Math.max(MARGIN, Math.min(wanted, most))}px`;
}

function giveBack(layer: Element, before: HTMLElement | null, anchor: Anchor): void {
  const focused = document.activeElement;
  if (focused && focused !== document.body && !layer.contains(focused)) return;
  const isNowhere = !before || before === document.body; // Safari gives a pressed button no focus
  const to = isNowhere && anchor instanceof HTMLElement ? anchor : before;
  to?.focus({ preventScroll: true });
}
