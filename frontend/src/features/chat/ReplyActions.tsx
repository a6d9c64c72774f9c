import type { Message } from "../../api/types";
import { locale } from "../../browser/preferences";
import { t } from "../../i18n";
import { CopyButton } from "../../ui/CopyButton";
import { modelById, nameOf } from "../endpoints/models";
import { dollars } from "../usage/money";
import { LeftOut } from "./LeftOut";
import { MessageMenu } from "./MessageMenu";
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
  const model = modelById.value.get(message.model_id ?? 0);
  const name = model ? nameOf(model) : message.model_name;
  return (
    <div class="actions">
      {message.content && <CopyButton text={() => message.content} label={t().common.copy} />}
      <Redo message={message} busy={busy} />
      <Versions message={message} disabled={busy} />
      <MessageMenu message={message} />
      <span class="about" title={message.connection_label || undefined}>
        {name && `${name} · `}
        <Used message={message} />
        <Time at={message.timestamp} />
      </span>
      <LeftOut message={message} />
    </div>
  );
}

/** What was used for a reply; an estimate says so. */
function Used({ message: { usage } }: { message: Message }) {
  if (!usage) return null;
  const { completion_tokens: tokens, cost_nano_usd: cost, estimated } = usage;
  const parts = [
    tokens > 0 && t().thread.tokens(tokens),
    typeof cost === "number" && dollars(cost, locale.value),
  ].filter((part) => typeof part === "string");
  const text = parts.map((part) => (estimated ? t().thread.about(part) : part)).join(" · ");
  return text ? <span title={estimated ? t().thread.estimate : undefined}>{`${text} · `}</span> : null;
}
