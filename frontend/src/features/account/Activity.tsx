import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api } from "../../api/client";
import type { AuditEvent } from "../../api/types";
import { locale } from "../../browser/preferences";
import { Facts } from "../../ui/Facts";
import { Problem } from "../../ui/Problem";
import { Section } from "../../ui/Section";
import { useAction } from "../../ui/useAction";
import { when } from "../../ui/when";
import { accountText, actionText } from "./texts";

const PAGE = 10;

/** The person's own events of the audit log. */
export function Activity() {
  const entries = useSignal<AuditEvent[]>([]);
  const more = useSignal<boolean | undefined>(undefined);
  const { error, run } = useAction();
  const load = async () => {
    const params = { limit: PAGE, before_id: entries.value.at(-1)?.id };
    const page = await api("GET /auth/audit", { params });
    entries.value = [...entries.value, ...page.events];
    more.value = page.has_more;
  };
  useEffect(() => void run(load), []);
  if (more.value === undefined && !error.value) return null;
  const text = accountText();
  return (
    <Section title={text.activity} lead={text.activityLead}>
      <Problem text={error.value?.text} />
      <ul class="rows">
        {entries.value.map((entry) => (
          <li key={entry.id}>
            <div>
              <strong>
                {actionText(entry.action)}
                {entry.outcome === "refused" && ` · ${text.refused}`}
                {entry.count > 1 && ` × ${entry.count}`}
              </strong>
              <small>
                <Facts of={[when(entry.at, locale.value), entry.by_admin && text.byAdmin, entry.address, entry.host]} />
              </small>
            </div>
          </li>
        ))}
      </ul>
      {!entries.value.length && !error.value && <p class="lead">{text.noActivity}</p>}
      {more.value && (
        <button class="button" onClick={() => void run(load)}>
          {text.more}
        </button>
      )}
    </Section>
  );
}
