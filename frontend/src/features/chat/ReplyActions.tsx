import type { Message } from "../../api/types";
import { t } from "../../i18n";
import { CopyButton } from "../../ui/CopyButton";
import { modelById, nameOf } from "../endpoints/models";
import { LeftOut } from "./LeftOut";
import { Redo } from "./Redo";
import { Time } from "./Time";
import { Versions } from "./Versions";

/** The row under a reply. It has its place from the first word on, so that nothing moves at the end. */
export function ReplyActions({ message, busy }: { message: Message; busy: boolean }) {
  const begun = message.content || message.reasoning;
  if (message.status === "generating")
    return (
      <div class="actions">
        {begun && (
          <span class="waiting" aria-hidden="true">
            <i />
          </span>
        )}
      </div>
    );
  const tokens = message.usage?.completion_tokens;
  const model = modelById.value.get(message.model_id ?? 0);
  const about = [model ? nameOf(model) : message.model_name, tokens && t().thread.tokens(tokens)].map((part) =>
    part ? `${part} · ` : "",
  );
  return (
    <div class="actions">
      {message.content && <CopyButton text={() => message.content} label={t().common.copy} />}
      <Redo message={message} busy={busy} />
      <Versions message={message} disabled={busy} />
      <span class="about" title={message.connection_label || undefined}>
        {about}
        <Time at={message.timestamp} />
      </span>
      <LeftOut message={message} />
    </div>
  );
}
