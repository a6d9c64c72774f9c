import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { explainError } from "../../../i18n";
import { Problem } from "../../../ui/Problem";
import { useWork } from "../calls";
import { Failed } from "../Failed";
import { Place } from "../Place";
import { text as frameTexts } from "../texts";
import { Waiting } from "../Waiting";
import { AuditFilters } from "./AuditFilters";
import { Check } from "./Check";
import { EventRow } from "./EventRow";
import { EVERYTHING, filters, loadEvents, log, moreEvents } from "./events";
import { text as texts } from "./texts";
import "../../endpoints/connections.css";
import "../../endpoints/endpoints.css";
import "../overview/overview.css";
import "./audit.css";

/** Everybody's events, the newest first, and whether the log is whole. */
export function Audit() {
  const text = texts();
  const failed = useSignal<string | undefined>(undefined);
  const loading = useSignal(false);
  const { busy, error, run } = useWork();
  const load = async () => {
    failed.value = undefined;
    loading.value = true;
    await loadEvents().catch((problem: unknown) => (failed.value = explainError(problem)));
    loading.value = false;
  };
  useEffect(() => void load(), []);
  const { events, next } = log.value ?? {};
  const isAny = JSON.stringify(filters.value) === JSON.stringify(EVERYTHING);
  return (
    <Place section="audit">
      <p class="lead audit-lead">{text.lead}</p>
      <AuditFilters onChange={() => void load()} />
      {failed.value && <Failed text={failed.value} onRetry={() => void load()} />}
      {!events && !failed.value && <Waiting rows={6} />}
      {events && !failed.value && (
        <ul class={loading.value ? "rows events waits" : "rows events"} aria-busy={loading.value}>
          {events.map((event) => (
            <EventRow key={event.id} event={event} />
          ))}
        </ul>
      )}
      <p class="lead" role="status">
        {events?.length === 0 && !failed.value && (isAny ? text.none : text.noneSuch)}
      </p>
      <Problem text={error.value?.text} />
      {next && !failed.value && (
        <button class="button admin-more" disabled={busy.value} onClick={() => void run(moreEvents)}>
          {frameTexts().more}
        </button>
      )}
      <Check />
    </Place>
  );
}
