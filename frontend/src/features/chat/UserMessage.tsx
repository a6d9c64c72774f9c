import { effect, useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Message } from "../../api/types";
import { uniqueId } from "../../browser/anywhere";
import { t } from "../../i18n";
import { SaidText } from "../../markdown/SaidText";
import { CopyButton } from "../../ui/CopyButton";
import { IconButton } from "../../ui/IconButton";
import { type DraftFile, draftsOf, isSame, madeOf } from "../files/drafts";
import { request } from "./current";
import { EditMessage } from "./EditMessage";
import { Files } from "./Files";
import { editAsked } from "./keys";
import { MessageMenu } from "./MessageMenu";
import { Redo } from "./Redo";
import { refusalOf } from "./Refusal";
import { Time } from "./Time";
import { withdraw } from "./takenBack";
import { Versions } from "./Versions";

interface Props {
  message: Message;
  /** Nothing answers it, so that a reply can be asked for. */
  isLast: boolean;
  busy: boolean;
}

export function UserMessage({ message, isLast, busy }: Props) {
  const editing = useSignal(false);
  const refusal = refusalOf(message.id);
  const edit = useRef<HTMLButtonElement>(null);
  const closed = useRef(false);
  useLayoutEffect(() => {
    if (closed.current) edit.current?.focus();
    closed.current = false;
  });
  useLayoutEffect(
    () =>
      effect(() => {
        if (editAsked.value?.id !== message.id) return;
        editing.value = true;
      }),
    [message.id],
  );
  const close = () => {
    closed.current = true;
    editing.value = false;
    if (refusal) withdraw(refusal);
  };
  const { id: message_id, attachments } = message;
  const resend = (content: string, files: DraftFile[]) => {
    close();
    const asBefore = isSame(attachments ?? [], madeOf(files));
    if (asBefore && content === message.content) return;
    const attachment_ids = asBefore ? undefined : madeOf(files).map(({ id }) => id);
    request({ type: "edit", message_id, content, client_id: uniqueId(), attachment_ids }, files);
  };
  if (refusal?.request.type === "edit")
    return (
      <EditMessage
        key="refused"
        messageId={message_id}
        text={refusal.request.content}
        files={refusal.files ?? []}
        refusal={refusal}
        onSend={resend}
        onCancel={close}
      />
    );
  if (editing.value)
    return (
      <EditMessage
        messageId={message_id}
        text={message.content}
        files={draftsOf(attachments ?? [])}
        onSend={resend}
        onCancel={close}
      />
    );
  return (
    <article class="said" data-message={message.id}>
      <h2 class="unseen">{t().thread.you}</h2>
      <Files files={attachments} />
      {message.content && <SaidText text={message.content} />}
      <div class="actions">
        <CopyButton text={() => withNames(message)} label={t().common.copy} />
        <IconButton
          buttonRef={edit}
          icon="edit"
          label={t().thread.edit}
          disabled={busy}
          onClick={() => (editing.value = true)}
        />
        {isLast && <Redo message={message} busy={busy} />}
        <Versions message={message} disabled={busy} />
        <MessageMenu message={message} />
        <span class="about">
          <Time at={message.timestamp} />
        </span>
      </div>
    </article>
  );
}

/** Words, and what went with them by name. */
function withNames({ content, attachments }: Message): string {
  return [content, ...(attachments ?? []).map(({ name }) => `[${name}]`)].filter(Boolean).join("\n\n");
}
