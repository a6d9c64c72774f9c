import type { Message } from "../../api/types";
import { uniqueId } from "../../browser/anywhere";
import { follow } from "../../browser/router";
import { explain, t } from "../../i18n";
import { sectionAt } from "../../routes";
import { Icon } from "../../ui/Icon";
import { request } from "./current";

const ABOUT_MODEL = new Set([
  "upstream_auth_failed",
  "upstream_out_of_credit",
  "upstream_region_refused",
  "upstream_rejected",
  "upstream_model_unknown",
  "upstream_bad_response",
  "upstream_needs_responses",
  "upstream_empty_reply",
  "upstream_unavailable",
  "api_key_unreadable",
  "model_url_not_allowed",
]);

/** How a reply ended, where it did not simply end, and what can be done about it. */
export function ReplyEnd({ message, isLast, busy }: { message: Message; isLast: boolean; busy: boolean }) {
  const text = t().thread;
  const { error, status } = message;
  const reason = endingOf(message);
  if (!reason) return null;
  const goesOn = status !== "complete" || message.finish_reason === "length";
  const resume = () => request({ type: "continue", message_id: message.id, client_id: uniqueId() });
  const again = () => request({ type: "regenerate", message_id: message.id, client_id: uniqueId() });
  return (
    <div class={error ? "ending bad" : "ending"}>
      <p>
        {error && <Icon name="alert" />}
        {reason}
      </p>
      {error && ABOUT_MODEL.has(error.code) && (
        <a href={sectionAt("models")} onClick={follow}>
          {text.modelSettings}
        </a>
      )}
      {isLast && status === "failed" && (
        <button class="button" disabled={busy} onClick={again}>
          {t().common.retry}
        </button>
      )}
      {isLast && status !== "failed" && goesOn && (
        <button class="button" disabled={busy} onClick={resume}>
          {text.continue}
        </button>
      )}
    </div>
  );
}

/** What is to be said of a reply's end: an error, that it was stopped, or that the model did not end it of itself. */
export function endingOf({ error, status, finish_reason }: Message): string | undefined {
  const text = t().thread;
  if (error) return explain(error);
  if (status === "stopped") return text.stopped;
  if (status !== "complete") return undefined;
  if (finish_reason === "length") return text.cutOff;
  if (finish_reason === "content_filter") return text.filtered;
  return finish_reason === "tool_calls" ? text.toolCall : undefined;
}
