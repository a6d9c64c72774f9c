import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { UsageRow } from "../../api/types";
import { locale } from "../../browser/preferences";
import { follow } from "../../browser/router";
import { explainError, t } from "../../i18n";
import { sectionAt } from "../../routes";
import { Choice } from "../../ui/Choice";
import { Icon } from "../../ui/Icon";
import { IconButton } from "../../ui/IconButton";
import { Problem } from "../../ui/Problem";
import { Section } from "../../ui/Section";
import { tell } from "../../ui/toasts";
import { account } from "../account/account";
import { CapList } from "./CapList";
import { Chart } from "./Chart";
import { costOf, tokensOf } from "./figures";
import { whole } from "./money";
import { daysOf as daysOfMonth, inWords, monthOf, moved } from "./month";
import { Fills } from "./Swatch";
import { daysOf, type Measure, modelsOf, type Named, seriesOf, sumOf, total } from "./sums";
import { text as texts } from "./texts";
import { Days, Models, Sums } from "./UsageTable";
import { downloadMonth, loadMonth, type MonthUsage } from "./usage";
import "./usage.css";

/** What was asked for on this page and not by a key. */
const NO_KEY = "0";

/** What was used in a month, and the limits of what may be. */
export function UsagePage() {
  const text = texts();
  const month = useSignal(monthOf(new Date()));
  const found = useSignal<MonthUsage | undefined>(undefined);
  const failed = useSignal<string | undefined>(undefined);
  /** Of a month that was left meanwhile nothing is shown. */
  const load = async () => {
    const wanted = month.value;
    failed.value = undefined;
    try {
      const usage = await loadMonth(wanted);
      if (wanted === month.value) found.value = usage;
    } catch (error) {
      if (wanted === month.value) failed.value = explainError(error);
    }
  };
  const show = (by: number) => {
    month.value = moved(month.value, by);
    void load();
  };
  useEffect(() => void load(), []);
  const name = inWords(month.value, locale.value);
  const usage = failed.value ? undefined : found.value;
  return (
    <>
      <Section lead={text.lead}>
        <div class="usage-head">
          <IconButton icon="left" label={text.previous} disabled={!isSince(month.value)} onClick={() => show(-1)} />
          <h3 aria-live="polite">{name}</h3>
          <IconButton
            icon="right"
            label={text.next}
            disabled={month.value >= monthOf(new Date())}
            onClick={() => show(1)}
          />
          {usage && usage.days.length > 0 && (
            <button
              class="button"
              aria-label={text.csvLabel}
              title={text.csvLabel}
              onClick={() => void downloadMonth(usage).catch(tell)}
            >
              <Icon name="data" />
              {text.csv}
            </button>
          )}
        </div>
        {failed.value && (
          <div class="usage-failed">
            <Problem text={failed.value} />
            <button class="button" onClick={() => void load()}>
              {t().common.retry}
            </button>
          </div>
        )}
        {usage ? (
          <div class={usage.month === month.value ? undefined : "usage-old"} aria-busy={usage.month !== month.value}>
            <Month usage={usage} />
          </div>
        ) : (
          !failed.value && <Waiting />
        )}
      </Section>
      <CapList />
    </>
  );
}

function named(row: UsageRow, label: string): Named {
  return { key: row.key, label, ...sumOf(row) };
}

/** Of a key that was revoked no more is known than its number. */
function keyIn({ key, label }: UsageRow): string {
  if (key === NO_KEY) return texts().noKey;
  return label === key ? texts().goneKey(key) : label;
}

/** Nothing was used before there was an account. */
function isSince(month: string): boolean {
  return month > monthOf(new Date(account.value?.created_at ?? 0));
}

function Waiting() {
  return (
    <div class="usage-waiting" role="status" aria-label={t().common.loading}>
      <span class="skeleton" />
      <span class="skeleton" />
    </div>
  );
}

function Month({ usage }: { usage: MonthUsage }) {
  const text = texts();
  const chosen = useSignal<Measure>("cost");
  const models = modelsOf(usage.days);
  const all = total(models);
  if (!all.attempts) {
    const isFirst = usage.month === monthOf(new Date()) && !isSince(usage.month);
    return <p class="usage-empty">{isFirst ? text.emptyEver : text.empty(inWords(usage.month, locale.value))}</p>;
  }
  const series = seriesOf(models, text.others);
  const days = daysOf(daysOfMonth(usage.month), usage.days, series);
  const connections = usage.connections.map((row) => named(row, row.label || text.serversModel));
  const keys = usage.keys.map((row) => named(row, keyIn(row)));
  const measure = all.cost === null ? "tokens" : chosen.value;
  return (
    <div class="usage-month">
      <Fills />
      <div class="usage-sum">
        <p>
          <strong>{all.cost === null ? text.tokens(tokensOf(all.sent + all.written, all)) : costOf(all)}</strong>
          <span>
            {[
              all.cost === null ? text.unknown : text.tokens(tokensOf(all.sent + all.written, all)),
              text.requests(all.attempts, whole(all.attempts, locale.value)),
            ].join(" · ")}
          </span>
        </p>
        {all.cost !== null && (
          <Choice<Measure>
            label={text.measure}
            value={measure}
            options={Object.entries(text.measures) as [Measure, string][]}
            onChange={(value) => (chosen.value = value)}
          />
        )}
      </div>
      <Chart key={usage.month} month={usage.month} days={days} series={series} measure={measure} />
      <Models series={series} />
      {connections.length > 1 && <Sums head={text.connection} rows={connections} />}
      {keys.some(({ key }) => key !== NO_KEY) && <Sums head={text.key} rows={keys} />}
      <details>
        <summary>{text.table}</summary>
        <Days days={days} series={series} label={text.table} />
      </details>
      <div class="usage-notes">
        {all.unpriced > 0 && (
          <p>
            {text.unpriced(all.unpriced, whole(all.unpriced, locale.value))}{" "}
            <a href={sectionAt("models")} onClick={follow}>
              {text.price}
            </a>
          </p>
        )}
        {all.estimated > 0 && <p>{text.estimates}</p>}
        <p>{text.zone(usage.zone)}</p>
      </div>
    </div>
  );
}
