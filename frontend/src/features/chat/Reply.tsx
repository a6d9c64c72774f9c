import type { Message } from "../../api/types";
import { t } from "../../i18n";
import { ModelText } from "./ModelText";
import { Reasoning } from "./Reasoning";
import { Refusal, refusalOf } from "./Refusal";
import { ReplyActions } from "./ReplyActions";
import { ReplyEnd } from "./ReplyEnd";

interface Props {
  message: Message;
  isLast: boolean;
  busy: boolean;
}

export function Reply({ message, isLast, busy }: Props) {
  const streaming = message.status === "generating";
  const refusal = refusalOf(message.id);
  return (
    <article
      class={streaming ? "reply streaming" : isLast ? "reply last" : "reply"}
      aria-busy={streaming}
      data-message={message.id}
    >
      <h2 class="unseen">{t().thread.reply}</h2>
      {message.reasoning && <Reasoning text={message.reasoning} running={streaming && !message.content} />}
      {message.content && <ModelText text={message.content} streaming={streaming} />}
      {streaming && !message.content && !message.reasoning && (
        <p class="waiting" aria-hidden="true">
          <i />
        </p>
      )}
      <ReplyEnd message={message} isLast={isLast} busy={busy} />
      {refusal && <Refusal item={refusal} busy={busy} />}
      <ReplyActions message={message} busy={busy} />
    </article>
  );
}
