import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import type { OverviewDay } from "../../../api/types";
import { locale } from "../../../browser/preferences";
import { dayInWords } from "../../usage/month";
import { axisEnd } from "../../usage/sums";
import { inAll, MEASURES, type Measure, marked, told } from "./measures";
import { text as texts } from "./texts";
import "../../usage/chart.css";

/** Money counts in billionths of a dollar: two cents. */
const LEAST_AXIS: Partial<Record<Measure, number>> = { nano_usd: 20_000_000 };

/** The numbers of the last days: what each comes to, the chosen one drawn, all of them as a table. */
export function Days({ days }: { days: OverviewDay[] }) {
  const text = texts();
  const measure = useSignal<Measure>("messages");
  const name = useId();
  return (
    <>
      <fieldset class="day-measures">
        <legend class="unseen">{text.show}</legend>
        {MEASURES.map((each) => (
          <label key={each}>
            <input type="radio" name={name} checked={each === measure.value} onChange={() => (measure.value = each)} />
            <span>
              <span>{text.measures[each]}</span>
              <strong>{inAll(days, each)}</strong>
            </span>
          </label>
        ))}
      </fieldset>
      <Bars days={days} measure={measure.value} />
      <details class="day-table">
        <summary>{text.table}</summary>
        <Table days={days} />
      </details>
    </>
  );
}

function Bars({ days, measure }: { days: OverviewDay[]; measure: Measure }) {
  const text = texts();
  const values = days.map((day) => day[measure] ?? 0);
  const end = axisEnd(Math.max(LEAST_AXIS[measure] ?? 2, ...values));
  return (
    <figure class="day-chart">
      <div class="day-axis" aria-hidden="true">
        {[end, end / 2, 0].map((value) => (
          <span key={value}>{marked(value, measure)}</span>
        ))}
      </div>
      <div class="day-bars" role="img" aria-label={text.chart(text.measures[measure])}>
        {days.map((day, place) => (
          <span
            key={day.day}
            class="day-bar"
            title={`${dayInWords(day.day, locale.value)}: ${told(day[measure], measure)}`}
          >
            <i style={{ height: `${(100 * values[place]!) / end}%` }} />
          </span>
        ))}
      </div>
      <div class="day-names" aria-hidden="true">
        {days.map(({ day }, place) => (
          <span key={day} class={nameClass(days.length - 1 - place)}>
            {shortName(day)}
          </span>
        ))}
      </div>
    </figure>
  );
}

function Table({ days }: { days: OverviewDay[] }) {
  const text = texts();
  return (
    <table class="usage-table">
      <thead>
        <tr>
          <th scope="col">{text.day}</th>
          {MEASURES.map((each) => (
            <th key={each} scope="col" class="number">
              {text.measures[each]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {[...days].reverse().map((day) => (
          <tr key={day.day}>
            <th scope="row">{shortName(day.day)}</th>
            {MEASURES.map((each) => (
              <td key={each} class="number">
                {told(day[each], each)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The last one is named, and every third before it; of those every second one where there is little room. */
function nameClass(before: number): string | undefined {
  if (before % 3) return "unnamed";
  return before % 6 ? "wide-only" : undefined;
}

/** "14 Nov". */
function shortName(day: string): string {
  return new Date(`${day}T00:00:00Z`).toLocaleDateString(locale.value, {
    month: "short",
    day: "numeric",
    timeZone: "UTC",
  });
}
