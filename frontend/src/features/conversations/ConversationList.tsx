import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Conversation } from "../../api/types";
import { t } from "../../i18n";
import { watchNear } from "../../ui/watchNear";
import { ConversationItem } from "./ConversationItem";
import { conversations, loadConversations, moreConversations } from "./conversations";
import { groupByTime } from "./groupByTime";

export function ConversationList() {
  const end = useRef<HTMLDivElement>(null);
  const failed = useSignal(false);
  const load = () => {
    failed.value = false;
    loadConversations().catch(() => (failed.value = true));
  };
  useEffect(() => {
    if (moreConversations.value === false) return;
    return watchNear(end.current!, null, "400px", (isNear) => isNear && load());
  }, [conversations.value, moreConversations.value]);
  const known = conversations.value;
  return (
    <div class="conversations">
      {groupByTime(known, new Date()).map(([heading, items]) => (
        <section key={heading}>
          <h2>{heading}</h2>
          <ul>
            {items.map((item: Conversation) => (
              <ConversationItem key={item.id} conversation={item} />
            ))}
          </ul>
        </section>
      ))}
      {moreConversations.value === false && !known.length && <p class="side-note">{t().list.empty}</p>}
      {moreConversations.value === undefined && !failed.value && <SkeletonRows />}
      {failed.value && (
        <p class="side-note">
          {t().list.failed}{" "}
          <button class="link" onClick={load}>
            {t().common.retry}
          </button>
        </p>
      )}
      <div ref={end} />
    </div>
  );
}

function SkeletonRows() {
  return (
    <div class="skeleton-rows" aria-hidden="true">
      {[70, 88, 56, 78, 64].map((width) => (
        <span key={width} class="skeleton" style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}
