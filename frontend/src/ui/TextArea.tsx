import type { Signal } from "@preact/signals";
import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";
import { isTouch } from "../browser/preferences";
import { isUnbroken } from "./unbroken";

const GROWS_BY_ITSELF = CSS.supports("field-sizing", "content");

interface Props {
  inputRef: RefObject<HTMLTextAreaElement | null>;
  value: Signal<string>;
  label: string;
  placeholder?: string;
  describedBy?: string;
  onEnter: () => void;
  onEscape?: () => void;
}

/**
 * Grows with its text. Enter sends, but never the Enter that ends a composition of an input method.
 * On touch screens Enter breaks the line: there a button sends.
 */
export function TextArea({ inputRef, value, label, placeholder, describedBy, onEnter, onEscape }: Props) {
  useLayoutEffect(() => {
    if (GROWS_BY_ITSELF) return;
    const box = inputRef.current!;
    const scroller = document.querySelector(".thread");
    const top = scroller?.scrollTop;
    box.style.height = "auto"; // for a moment there is more room above, and less to scroll
    box.style.height = `${box.scrollHeight}px`;
    if (scroller) scroller.scrollTop = top!;
  }, [value.value]);
  const breaks = isTouch();
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Escape" && onEscape) {
      event.preventDefault(); // it does not stop a reply as well
      onEscape();
    }
    if (event.key !== "Enter" || event.shiftKey || event.altKey) return;
    if (breaks && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    onEnter();
  };
  return (
    <textarea
      ref={inputRef}
      rows={1}
      class={isUnbroken(value.value) ? "unbroken" : undefined}
      value={value.value}
      aria-label={label}
      placeholder={placeholder}
      aria-describedby={describedBy}
      enterkeyhint={breaks ? "enter" : "send"}
      dir="auto"
      onInput={(event) => (value.value = event.currentTarget.value)}
      onKeyDown={onKeyDown}
    />
  );
}
