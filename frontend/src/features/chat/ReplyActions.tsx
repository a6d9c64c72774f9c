import type { Message } from "../../api/types";
import { uniqueId } from "../../browser/anywhere";
import { t } from "../../i18n";
import { CopyButton } from "../../ui/CopyButton";
import { IconButton } from "../../ui/IconButton";
import { request } from "./current";
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
  const again = () => request({ type: "regenerate", message_id: message.id, client_id: uniqueId() });
  const tokens = message.usage?.completion_tokens;
  const about = [message.model_name, tokens && t().thread.tokens(tokens)].map((part) => (part ? `${part} · ` : ""));
  return (
    <div class="actions">
      {message.content && <CopyButton text={() => message.content} label={t().common.copy} />}
      <IconButton icon="redo" label={t().thread.regenerate} disabled={busy} onClick={again} />
      <Versions message={message} disabled={busy} />
      <span class="about">
        {about}
        <Time at={message.timestamp} />
      </span>
    </div>
  );
}
