import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Icon, type IconName } from "./Icon";
import { type Anchor, Popover } from "./Popover";
import "./menu.css";

/** What can be chosen in a menu. */
export interface Entry {
  label: string;
  icon?: IconName;
  /** A fact, quiet at the end. */
  hint?: string;
  /** Its shortcut, there where there are keys. */
  keys?: string;
  /** Given for one of several: whether it is the one. */
  checked?: boolean;
  danger?: boolean;
  disabled?: boolean;
  /** Taken by the menu that has closed. */
  run?: () => void;
  /** Instead of `run`: what stands in the menu's place once this is chosen. */
  more?: MenuSection[];
}

export interface MenuSection {
  title?: string;
  /** Beside each other, where the menu is a sheet. */
  tiles?: boolean;
  entries: (Entry | false | undefined)[];
}

interface Props {
  anchor: Anchor;
  label: string;
  sections: MenuSection[];
  onClose: () => void;
  align?: "start" | "end";
}

const TYPING_MILLISECONDS = 600;

/** A menu as in ARIA's practices: arrows, Home, End and the first letters move; Enter chooses. */
export function Menu({ anchor, label, sections, onClose, align }: Props) {
  const list = useRef<HTMLDivElement>(null);
  const opened = useSignal<Entry[]>([]); // from the outermost to the one that is shown
  const typed = useRef({ letters: "", at: 0 });
  const shown = opened.value.at(-1);
  const items = () => [...list.current!.querySelectorAll<HTMLElement>("[role^=menuitem]:not(:disabled)")];
  const step = (to: number) => {
    const all = items();
    all.at(to % all.length)?.focus();
  };
  useLayoutEffect(() => {
    const checked = list.current!.querySelector<HTMLElement>("[aria-checked=true]");
    (checked ?? items()[0])?.focus();
  }, [shown]);

  const choose = (entry: Entry) => {
    if (entry.more) opened.value = [...opened.value, entry];
    else {
      onClose();
      entry.run?.();
    }
  };
  const leave = () => {
    opened.value = opened.value.slice(0, -1);
  };
  const findByLetters = (key: string) => {
    const now = Date.now();
    const letters = (now - typed.current.at < TYPING_MILLISECONDS ? typed.current.letters : "") + key.toLowerCase();
    typed.current = { letters, at: now };
    const all = items();
    const from = all.indexOf(document.activeElement as HTMLElement) + (letters.length === 1 ? 1 : 0);
    const inOrder = [...all.slice(from), ...all.slice(0, from)];
    inOrder.find((item) => item.textContent!.trim().toLowerCase().startsWith(letters))?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const all = items();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const target = document.activeElement;
    const moves: Record<string, () => void> = {
      ArrowDown: () => step(at + 1),
      ArrowUp: () => step(at < 0 ? -1 : at - 1),
      Home: () => step(0),
      End: () => step(-1),
      ArrowRight: () => target?.matches("[aria-haspopup]") && (target as HTMLElement).click(),
      ArrowLeft: leave,
      Tab: onClose,
    };
    const move = moves[event.key];
    if (move) {
      event.preventDefault();
      move();
    } else if (event.key.length === 1 && event.key !== " ") findByLetters(event.key);
  };
  return (
    <Popover anchor={anchor} align={align} onClose={onClose}>
      <div ref={list} class="menu" role="menu" aria-label={shown?.label ?? label} onKeyDown={onKeyDown}>
        {shown && (
          <div role="group">
            <button role="menuitem" tabIndex={-1} onClick={leave}>
              <Icon name="left" />
              <span class="menu-label menu-back">{shown.label}</span>
            </button>
          </div>
        )}
        {(shown?.more ?? sections).map((section, index) => (
          <div
            key={section.title ?? index}
            role="group"
            aria-label={section.title}
            class={section.tiles ? "tiles" : undefined}
          >
            {section.title && (
              <p class="menu-title" aria-hidden="true">
                {section.title}
              </p>
            )}
            {section.entries.map(
              (entry) => entry && <Item key={entry.label} entry={entry} onChoose={() => choose(entry)} />,
            )}
          </div>
        ))}
      </div>
    </Popover>
  );
}

function Item({ entry, onChoose }: { entry: Entry; onChoose: () => void }) {
  const isOneOf = entry.checked !== undefined;
  return (
    <button
      {...(isOneOf ? { role: "menuitemradio", "aria-checked": entry.checked } : { role: "menuitem" })}
      aria-haspopup={entry.more ? "menu" : undefined}
      class={entry.danger ? "danger" : undefined}
      tabIndex={-1}
      disabled={entry.disabled}
      onClick={onChoose}
      onPointerMove={(event) => event.currentTarget.focus({ preventScroll: true })}
    >
      {isOneOf ? (
        <span class="menu-check">{entry.checked && <Icon name="check" />}</span>
      ) : (
        entry.icon && <Icon name={entry.icon} />
      )}
      <span class="menu-label" dir="auto">
        {entry.label}
      </span>
      {entry.hint && <span class="menu-hint">{entry.hint}</span>}
      {entry.keys && (
        <span class="menu-hint menu-keys" aria-hidden="true">
          {entry.keys}
        </span>
      )}
      {entry.more && <Icon name="right" />}
    </button>
  );
}
