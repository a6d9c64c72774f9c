import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { part } from "../browser/lazy";
import type { MenuSection } from "./Menu";

export const menus = part(() => import("./Menu"));

interface Props {
  /** What the menu is of, and what the button is called where nothing in it says so. */
  label: string;
  /** Asked for once the menu is to open; undefined while what it needs is still on its way. */
  sections: () => MenuSection[] | undefined;
  /** Pointed at or focused: the menu may be asked for next. */
  onNear?: () => void;
  children: ComponentChildren;
  class?: string;
  align?: "start" | "end";
  /** False where the words in the button are its name. */
  named?: boolean;
}

/** A button with a menu; the menu's code loads when it is near to being needed. */
export function MenuButton({ label, sections, onNear, children, class: extra, align, named = true }: Props) {
  const open = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  const loaded = open.value ? menus() : undefined;
  const shown = open.value ? sections() : undefined;
  const near = () => {
    menus.warm();
    onNear?.();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        class={extra}
        aria-haspopup="menu"
        aria-expanded={open.value}
        aria-label={named ? label : undefined}
        title={named ? label : undefined}
        onPointerEnter={near}
        onFocus={near}
        onClick={() => (open.value = !open.value)}
        onKeyDown={(event) => {
          if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
          event.preventDefault();
          open.value = true;
        }}
      >
        {children}
      </button>
      {loaded && shown && (
        <loaded.Menu
          anchor={button.current!}
          label={label}
          sections={shown}
          align={align}
          onClose={() => (open.value = false)}
        />
      )}
    </>
  );
}
