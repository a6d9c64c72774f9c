import { effect, useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Message } from "../../api/types";
import { uniqueId } from "../../browser/anywhere";
import { t } from "../../i18n";
import { CopyButton } from "../../ui/CopyButton";
import { IconButton } from "../../ui/IconButton";
import { request, withdraw } from "./current";
import { EditMessage } from "./EditMessage";
import { editAsked } from "./keys";
import { refusalOf } from "./Refusal";
import { SaidText } from "./SaidText";
import { Time } from "./Time";
import { Versions } from "./Versions";

export function UserMessage({ message, busy }: { message: Message; busy: boolean }) {
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
  const resend = (content: string) => {
    close();
    if (content !== message.content) request({ type: "edit", message_id: message.id, content, client_id: uniqueId() });
  };
  if (refusal?.request.type === "edit")
    return (
      <EditMessage key="refused" text={refusal.request.content} refusal={refusal} onSend={resend} onCancel={close} />
    );
  if (editing.value) return <EditMessage text={message.content} onSend={resend} onCancel={close} />;
  return (
    <article class="said" data-message={message.id}>
      <h2 class="unseen">{t().thread.you}</h2>
      <SaidText text={message.content} />
      <div class="actions">
        <CopyButton text={() => message.content} label={t().common.copy} />
        <IconButton
          buttonRef={edit}
          icon="edit"
          label={t().thread.edit}
          disabled={busy}
          onClick={() => (editing.value = true)}
        />
        <Versions message={message} disabled={busy} />
        <span class="about">
          <Time at={message.timestamp} />
        </span>
      </div>
    </article>
  );
}
