import { useSignal } from "@preact/signals";
import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { isTouch } from "../browser/preferences";
import { Field } from "./Field";
import { matching } from "./matching";
import { type Option, useListBox } from "./useListBox";
import "./combobox.css";

interface Props {
  label: string;
  name?: string;
  value: string;
  onValue: (value: string) => void;
  /** Null: not known yet; opening asks for them. */
  options: string[] | null;
  /** Gets the options, where they can be had; true once they are there. */
  load: () => Promise<boolean>;
  loading: boolean;
  /** Gets what opens the list. */
  opener?: RefObject<(() => void) | null>;
  listLabel: string;
  /** What the button says that opens the list. */
  openLabel: string;
  noneLabel: string;
  placeholder?: string;
  maxLength?: number;
  hint?: ComponentChildren;
  error?: ComponentChildren;
}

/**
 * A text of one's own, or one of many names. What stood in the field when the list was opened hides
 * none of them; only what is typed from then on does (WAI-ARIA 1.2, editable combobox).
 */
export function Combobox({
  options,
  load,
  loading,
  opener,
  listLabel,
  openLabel,
  noneLabel,
  onValue,
  name,
  ...field
}: Props) {
  const open = useSignal(false);
  const typed = useSignal("");
  const box = useRef<HTMLDivElement>(null);
  const names = options ?? [];
  const found: Option[] = matching(names, typed.value, (name) => name).map((name) => ({
    value: name,
    chosen: name === field.value,
  }));
  const isNone = open.value && !found.length;
  /** What is typed as it stands in the list needs no list, which would lie over what comes next. */
  const shown = open.value && !isNone && !(found.length === 1 && typed.value && found[0]!.chosen);
  const input = () => box.current!.querySelector("input")!;
  const close = () => {
    open.value = false;
  };
  const list = useListBox(listLabel, found, ({ value }) => {
    onValue(value);
    close();
    if (!isTouch()) input().focus(); // a keyboard on the screen would come up for nothing
  });
  const show = async () => {
    typed.value = "";
    if (!options && !(await load())) return;
    open.value = true;
    list.moveTo(-1);
    if (!isTouch()) input().focus();
  };
  if (opener) opener.current = () => void show();
  useEffect(() => {
    if (!open.value) return;
    const chosen = names.indexOf(field.value);
    if (!typed.value && chosen >= 0) list.moveTo(chosen);
    box.current!.querySelector(".list-box")?.scrollIntoView({ block: "nearest" });
    const leave = ({ target }: Event) => box.current?.contains(target as Node) || close();
    addEventListener("pointerdown", leave, { capture: true });
    addEventListener("focusin", leave);
    return () => {
      removeEventListener("pointerdown", leave, { capture: true });
      removeEventListener("focusin", leave);
    };
  }, [open.value]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (open.value && event.key === "Escape") {
      event.preventDefault(); // what is around it stays open
      event.stopPropagation();
      close();
    } else if (shown) list.onKeyDown(event);
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      void show();
    }
  };
  return (
    <div ref={box}>
      <Field
        {...field}
        autocomplete="off"
        onValue={(value) => {
          onValue(value);
          typed.value = value;
          open.value = !!options;
          list.moveTo(-1);
        }}
        input={{
          name,
          ...list.owner(shown),
          onKeyDown,
          onClick: () => options && void show(),
          spellcheck: false,
          autocapitalize: "off",
        }}
        end={
          <button
            type="button"
            class="button inset"
            aria-expanded={shown}
            aria-busy={loading}
            onClick={() => (shown ? close() : void show())}
          >
            {loading && <i class="busy" />}
            {openLabel}
          </button>
        }
        hint={isNone ? noneLabel : field.hint}
        popup={shown && <div class="combobox-list">{list.list}</div>}
      />
    </div>
  );
}
