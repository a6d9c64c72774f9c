import { follow } from "../../browser/router";
import { explain, t } from "../../i18n";
import { SaidText } from "../../markdown/SaidText";
import { sectionAt } from "../../routes";
import { Icon } from "../../ui/Icon";
import { modelMenuOpen } from "../endpoints/ModelButton";
import { madeOf } from "../files/drafts";
import { words } from "../usage/caps";
import { focusBox } from "./Composer";
import { pending, request } from "./current";
import { Files } from "./Files";
import { GONE } from "./model";
import { withdraw } from "./takenBack";
import type { Pending } from "./thread";

/** The request about this message that only a person can send again, if there is one. */
export function refusalOf(messageId: number): Pending | undefined {
  return pending.value.find(
    ({ request, refused }) =>
      refused && refused.later === undefined && "message_id" in request && request.message_id === messageId,
  );
}

/** Why a request was refused, and what can be done about it. */
export function Refusal({ item, busy }: { item: Pending; busy: boolean }) {
  const isMessage = item.request.type === "message";
  return (
    <div class="ending bad" role="status">
      <Reason item={item} />
      <div class="ending-ways">
        {GONE.has(item.refused!.code) ? (
          <button class="button" disabled={busy} onClick={() => (modelMenuOpen.value = true)}>
            {t().thread.otherModel}
          </button>
        ) : (
          item.refused!.code !== "attachment_not_found" && (
            <button class="button" disabled={busy} onClick={() => request(item.request)}>
              {t().common.retry}
            </button>
          )
        )}
        <button
          class="button"
          onClick={() => {
            withdraw(item);
            if (isMessage) focusBox();
          }}
        >
          {isMessage ? t().thread.putBack : t().common.cancel}
        </button>
      </div>
    </div>
  );
}

export function Reason({ item: { refused } }: { item: Pending }) {
  const { code, reason, until } = refused!;
  const limits = code === "cap_reached" ? words() : undefined;
  return (
    <>
      <p>
        <Icon name="alert" />
        {until && limits ? limits.reached(until, reason) : explain(refused!)}
      </p>
      {limits && (
        <a href={sectionAt("usage")} onClick={follow}>
          {limits.see()}
        </a>
      )}
      {code === "model_not_configured" && (
        <a href={sectionAt("models")} onClick={follow}>
          {t().thread.modelSettings}
        </a>
      )}
    </>
  );
}

/** A message that was refused stays under the thread. */
export function RefusedMessage({ item, busy }: { item: Pending; busy: boolean }) {
  return (
    <article class="said">
      <h2 class="unseen">{t().thread.you}</h2>
      <Files files={madeOf(item.files ?? [])} />
      {"content" in item.request && item.request.content && <SaidText text={item.request.content} />}
      <Refusal item={item} busy={busy} />
    </article>
  );
}
