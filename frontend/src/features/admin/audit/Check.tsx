import { useSignal } from "@preact/signals";
import type { AuditReport } from "../../../api/types";
import { locale } from "../../../browser/preferences";
import { CopyButton } from "../../../ui/CopyButton";
import { Icon } from "../../../ui/Icon";
import { Problem } from "../../../ui/Problem";
import { Section } from "../../../ui/Section";
import { whole } from "../../usage/money";
import { useWork } from "../calls";
import { verifyLog } from "./events";
import { text as texts } from "./texts";

/** Whether the log is as it was written. */
export function Check() {
  const text = texts();
  const report = useSignal<AuditReport | null>(null);
  const { busy, error, run } = useWork();
  const check = () =>
    run(async () => {
      report.value = null;
      report.value = await verifyLog();
    });
  return (
    <Section title={text.checkTitle} lead={text.checkLead}>
      <Problem text={error.value?.text} />
      <div class="audit-report" role="status">
        {report.value && <Said report={report.value} />}
      </div>
      <button class="button" disabled={busy.value} aria-busy={busy.value} onClick={() => void check()}>
        {busy.value && <i class="busy" />}
        {busy.value ? text.checking : text.check}
      </button>
    </Section>
  );
}

function Said({ report: { sealed, unsealed, pruned, place, seal, findings } }: { report: AuditReport }) {
  const text = texts();
  const count = (number: number) => whole(number, locale.value);
  return (
    <>
      {findings.length ? (
        <div class="finding error">
          <Icon name="alert" />
          <div>
            <strong>{text.broken}</strong>
            <ul class="audit-findings">
              {findings.map((finding) => (
                <li key={finding}>{finding}</li>
              ))}
            </ul>
          </div>
        </div>
      ) : (
        <p class="finding fine">
          <Icon name="check" />
          {text.whole(sealed, count(sealed))}
        </p>
      )}
      <p class="note">
        {[unsealed > 0 && text.unsealed(unsealed, count(unsealed)), pruned > 0 && text.pruned(count(pruned))]
          .filter(Boolean)
          .join(" ")}
      </p>
      {sealed > 0 && (
        <div class="audit-seal">
          <span class="note">{text.seal(count(place))}</span>
          <span>
            <code>{seal}</code>
            <CopyButton text={() => `${place} ${seal}`} label={text.copySeal} />
          </span>
        </div>
      )}
    </>
  );
}
