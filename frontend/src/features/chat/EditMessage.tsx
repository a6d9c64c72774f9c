import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../../i18n";
import { TextArea } from "../../ui/TextArea";
import { AddButton } from "../files/AddButton";
import { type DraftFile, filesOf, keepFiles } from "../files/drafts";
import { tray } from "../files/files";
import { stateOf } from "./awaiting";
import { onPaste } from "./dropped";
import { Reason } from "./Refusal";
import type { Pending } from "./thread";

interface Props {
  messageId: number;
  text: string;
  files: DraftFile[];
  /** The edit that was sent and refused. */
  refusal?: Pending;
  onSend: (text: string, files: DraftFile[]) => void;
  onCancel: () => void;
}

export function EditMessage({ messageId, text, files, refusal, onSend, onCancel }: Props) {
  const input = useRef<HTMLTextAreaElement>(null);
  const value = useSignal(text);
  const place = `edit-${messageId}` as const;
  const now = filesOf(place);
  const Tray = now.length > 0 && tray()?.Tray;
  useLayoutEffect(() => {
    keepFiles(place, files);
    return () => keepFiles(place, []);
  }, []);
  // Before the next key is typed, which is meant for it already.
  useLayoutEffect(() => {
    input.current!.focus();
    input.current!.setSelectionRange(text.length, text.length);
  }, []);
  const isReady = (value.value.trim() || now.length > 0) && stateOf(now) === "there";
  const send = () => isReady && onSend(value.value, now);
  return (
    <form
      class="edit"
      data-edited={messageId}
      onPaste={onPaste}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {Tray && <Tray place={place} />}
      <TextArea inputRef={input} value={value} label={t().thread.editLabel} onEnter={send} onEscape={onCancel} />
      <div class="edit-foot">
        {refusal && (
          <div class="ending bad" role="status">
            <Reason item={refusal} />
          </div>
        )}
        <AddButton place={place} />
        <button type="button" class="button" onClick={onCancel}>
          {t().common.cancel}
        </button>
        <button class="button primary" disabled={!isReady}>
          {t().thread.sendEdit}
        </button>
      </div>
    </form>
  );
}
