import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { newest } from "../../../browser/newest";
import { locale } from "../../../browser/preferences";
import { explainError } from "../../../i18n";
import { Choice } from "../../../ui/Choice";
import { IconButton } from "../../../ui/IconButton";
import { Problem } from "../../../ui/Problem";
import { Section } from "../../../ui/Section";
import { costOf, tokensOf } from "../../usage/figures";
import { whole } from "../../usage/money";
import { inWords, monthOf, moved } from "../../usage/month";
import { sumOf } from "../../usage/sums";
import { text as usageTexts } from "../../usage/texts";
import { useWork } from "../calls";
import { Failed } from "../Failed";
import { Place } from "../Place";
import { text as frameTexts } from "../texts";
import { Waiting } from "../Waiting";
import { Rows } from "./Rows";
import { text as texts } from "./texts";
import { type By, loadUsed, type Used } from "./usage";
import "../../usage/chart.css";
import "../../usage/usage.css";
import "./usage.css";

/** What everybody used in a month: by user, by model, and by whatever else there is. */
export function Usage() {
  const text = texts();
  const words = usageTexts();
  const month = useSignal(monthOf(new Date()));
  const by = useSignal<By>("user");
  const found = useSignal<Used | undefined>(undefined);
  const failed = useSignal<string | undefined>(undefined);
  const order = useMemo(newest, []);
  const { busy, error, run } = useWork();
  const load = async () => {
    failed.value = undefined;
    try {
      const used = await order.ask(() => loadUsed(month.value, by.value));
      if (used) found.value = used;
    } catch (problem) {
      failed.value = explainError(problem);
    }
  };
  const more = async () => {
    const used = await order.ask(() => loadUsed(month.value, by.value, found.value));
    if (used) found.value = used;
  };
  const show = (monthly: string, split: By) => {
    month.value = monthly;
    by.value = split;
    void load();
  };
  useEffect(() => void load(), []);
  const used = failed.value ? undefined : found.value;
  const isOld = used && (used.month !== month.value || used.by !== by.value);
  return (
    <Place section="usage">
      <Section lead={text.lead}>
        <div class="usage-head used-head">
          <IconButton icon="left" label={words.previous} onClick={() => show(moved(month.value, -1), by.value)} />
          <h2 aria-live="polite">{inWords(month.value, locale.value)}</h2>
          <IconButton
            icon="right"
            label={words.next}
            disabled={month.value >= monthOf(new Date())}
            onClick={() => show(moved(month.value, 1), by.value)}
          />
        </div>
        <div class="used-by">
          <Choice<By>
            label={text.by}
            value={by.value}
            options={Object.entries(text.bys) as [By, string][]}
            onChange={(value) => show(month.value, value)}
          />
        </div>
        {failed.value && <Failed text={failed.value} onRetry={() => void load()} />}
        {!used && !failed.value && <Waiting rows={4} />}
        {used && (
          <div class={isOld ? "used usage-old" : "used"} aria-busy={isOld}>
            {used.total.attempts ? (
              <>
                <Total used={used} />
                <Rows used={used} />
              </>
            ) : (
              <p class="usage-empty">{words.empty(inWords(used.month, locale.value))}</p>
            )}
            <Problem text={error.value?.text} />
            {used.next && !isOld && (
              <button class="button" disabled={busy.value} onClick={() => void run(more)}>
                {frameTexts().more}
              </button>
            )}
            <Notes used={used} />
          </div>
        )}
      </Section>
    </Place>
  );
}

function Total({ used: { total } }: { used: Used }) {
  const words = usageTexts();
  const all = sumOf(total);
  const tokens = words.tokens(tokensOf(all.sent + all.written, all));
  return (
    <div class="usage-sum">
      <p>
        <strong>{all.cost === null ? tokens : costOf(all)}</strong>
        <span>
          {[
            all.cost === null ? words.unknown : tokens,
            words.requests(all.attempts, whole(all.attempts, locale.value)),
          ].join(" · ")}
        </span>
      </p>
    </div>
  );
}

function Notes({ used: { by, total } }: { used: Used }) {
  const text = texts();
  const words = usageTexts();
  return (
    <div class="usage-notes">
      {by === "group" && <p>{text.groups}</p>}
      {total.unpriced > 0 && <p>{text.unpriced(total.unpriced, whole(total.unpriced, locale.value))}</p>}
      {total.estimated > 0 && <p>{words.estimates}</p>}
      <p>{text.zone}</p>
    </div>
  );
}
