import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../../i18n";
import { TextArea } from "../../ui/TextArea";
import { Reason } from "./Refusal";
import type { Pending } from "./thread";

interface Props {
  text: string;
  /** The edit that was sent and refused. */
  refusal?: Pending;
  onSend: (text: string) => void;
  onCancel: () => void;
}

export function EditMessage({ text, refusal, onSend, onCancel }: Props) {
  const input = useRef<HTMLTextAreaElement>(null);
  const value = useSignal(text);
  // Before the next key is typed, which is meant for it already.
  useLayoutEffect(() => {
    input.current!.focus();
    input.current!.setSelectionRange(text.length, text.length);
  }, []);
  const send = () => value.value.trim() && onSend(value.value);
  return (
    <form
      class="edit"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <TextArea inputRef={input} value={value} label={t().thread.editLabel} onEnter={send} onEscape={onCancel} />
      <div class="edit-foot">
        {refusal && (
          <div class="ending bad" role="status">
            <Reason item={refusal} />
          </div>
        )}
        <button type="button" class="button" onClick={onCancel}>
          {t().common.cancel}
        </button>
        <button class="button primary" disabled={!value.value.trim()}>
          {t().thread.sendEdit}
        </button>
      </div>
    </form>
  );
}
