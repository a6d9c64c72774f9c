import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { closedByBack } from "../browser/back";
import { isTouch } from "../browser/preferences";
import { t } from "../i18n";
import { IconButton } from "./IconButton";
import { dialogs } from "./layers";
import { Toasts } from "./Toasts";
import "./dialog.css";

interface Props {
  onClose: () => void;
  children: ComponentChildren;
  /** Stands at its top, with a button that closes. */
  title?: string;
  /** Its name, where no title stands in it. */
  label?: string;
  class?: string;
  /** It has an address of its own, which Back leaves. */
  addressed?: boolean;
}

/**
 * The browser's own modal dialog: the rest of the page is out of reach, and the focus comes back when
 * it goes. Escape, a press beside it and a phone's Back close it. On a narrow window a small one is a
 * sheet at the lower edge. What in it has `autofocus` gets the focus.
 */
export function Dialog({ onClose, children, title, label, class: extra = "", addressed }: Props) {
  const box = useRef<HTMLDialogElement>(null);
  const pressed = useRef(false);
  const id = useId();
  // Before the next key is typed, which is meant for it already.
  useLayoutEffect(() => {
    const dialog = box.current!;
    const putCaret = rememberCaret();
    dialog.showModal();
    // Who touches is shown no ring: only a field to type in is ready from the start.
    if (isTouch() && !document.activeElement?.matches("input, textarea")) dialog.focus();
    dialogs.value = [...dialogs.value, id];
    return () => {
      dialogs.value = dialogs.value.filter((other) => other !== id);
      dialog.close(); // gives the focus back to where it was
      putCaret();
    };
  }, []);
  useLayoutEffect(() => (addressed ? undefined : closedByBack(onClose)), []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (!event.ctrlKey && !event.metaKey) event.stopPropagation(); // what lies below has keys of its own
    if (event.key !== "Escape" || event.isComposing || event.defaultPrevented) return;
    event.preventDefault(); // a browser tells a dialog that it closed it after the next key
    onClose();
  };
  return (
    <dialog
      ref={box}
      tabIndex={-1}
      class={`dialog ${extra}`}
      aria-label={label}
      aria-labelledby={title ? `${id}-title` : undefined}
      onKeyDown={onKeyDown}
      onClose={() => box.current && onClose()}
      onPointerDown={(event) => (pressed.current = event.target === box.current)}
      onClick={(event) => pressed.current && event.target === box.current && onClose()}
    >
      <div class="dialog-box">
        {title && (
          <div class="dialog-head">
            <h1 id={`${id}-title`}>{title}</h1>
            <IconButton icon="close" label={t().common.close} onClick={onClose} />
          </div>
        )}
        {children}
      </div>
      <Toasts within={id} />
    </dialog>
  );
}

/**
 * Puts the caret where it is now, if the focus is there again: Chromium gives it back to a field without
 * one, and what is typed then would go nowhere.
 */
function rememberCaret(): () => void {
  const field = document.activeElement;
  if (!(field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement)) return () => undefined;
  const { selectionStart: start, selectionEnd: end } = field;
  return () => {
    if (start !== null && document.activeElement === field) field.setSelectionRange(start, end);
  };
}
