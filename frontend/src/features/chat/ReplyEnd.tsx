import type { Message } from "../../api/types";
import { uniqueId } from "../../browser/anywhere";
import { follow } from "../../browser/router";
import { explain, t } from "../../i18n";
import { routes } from "../../routes";
import { Icon } from "../../ui/Icon";
import { request } from "./current";

const ABOUT_MODEL = new Set([
  "upstream_auth_failed",
  "upstream_rejected",
  "upstream_bad_response",
  "upstream_unavailable",
  "api_key_unreadable",
  "model_url_not_allowed",
]);

/** How a reply ended, where it did not simply end, and what can be done about it. */
export function ReplyEnd({ message, isLast, busy }: { message: Message; isLast: boolean; busy: boolean }) {
  const text = t().thread;
  const { error, status, finish_reason } = message;
  const cut = status === "complete" && finish_reason === "length";
  if (!error && status !== "stopped" && !cut) return null;
  const resume = () => request({ type: "continue", message_id: message.id, client_id: uniqueId() });
  const again = () => request({ type: "regenerate", message_id: message.id, client_id: uniqueId() });
  return (
    <div class={error ? "ending bad" : "ending"}>
      <p>
        {error && <Icon name="alert" />}
        {error ? explain(error) : cut ? text.cutOff : text.stopped}
      </p>
      {error && ABOUT_MODEL.has(error.code) && (
        <a href={routes.settings} onClick={follow}>
          {text.modelSettings}
        </a>
      )}
      {isLast && status === "failed" && (
        <button class="button" disabled={busy} onClick={again}>
          {t().common.retry}
        </button>
      )}
      {isLast && status !== "failed" && (
        <button class="button" disabled={busy} onClick={resume}>
          {text.continue}
        </button>
      )}
    </div>
  );
}
