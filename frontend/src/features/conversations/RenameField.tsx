import { useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../../i18n";
import { tell } from "../../ui/toasts";
import { rename } from "./conversations";

interface Props {
  id: number;
  title: string;
  onEnd: () => void;
}

/** The title as a field: Enter and leaving it save, Escape does not. A key leads back to where the focus was. */
export function RenameField({ id, title, onEnd }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const ended = useRef(false);
  const before = useRef(document.activeElement);
  useLayoutEffect(() => input.current?.select(), []); // before the next key
  const end = (save: boolean) => {
    if (ended.current) return;
    ended.current = true;
    const wanted = input.current!.value.trim();
    if (save && wanted && wanted !== title) void rename(id, wanted).catch(tell);
    onEnd();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!event.ctrlKey && !event.metaKey) event.stopPropagation(); // the list has keys of its own
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault(); // it is not meant for what has the focus next
    end(event.key === "Enter");
    if (before.current instanceof HTMLElement) before.current.focus(); // a row is gone by then, and drawn anew
  };
  return (
    <input
      ref={input}
      class="rename"
      aria-label={t().list.renameLabel}
      defaultValue={title}
      maxLength={200}
      dir="auto"
      onKeyDown={onKeyDown}
      onBlur={() => end(true)}
    />
  );
}
