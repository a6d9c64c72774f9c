import { useSignal } from "@preact/signals";
import { locale } from "../../browser/preferences";
import { figureOf } from "./figures";
import { roundDollars, short } from "./money";
import { dayInWords, inWords } from "./month";
import { fillOf, Swatch } from "./Swatch";
import { amountIn, axisEnd, type Day, type Measure, type Series } from "./sums";
import { text as texts } from "./texts";
import "./chart.css";

const HEIGHT = 160;
/** Between the highest bar and the edge, for a mark. */
const HEADROOM = 16;
/** For the page's title, and for as many lines as there may be. */
const ROOM_ABOVE = 240;
const BAR_PART = 0.7;
const LEAST_AXIS = 2;
const LEAST_PIXELS = 2;

interface Props {
  month: string;
  days: Day[];
  series: Series[];
  measure: Measure;
}

/** A bar for each day, a part for each model; a day that is pointed at, or chosen by arrow keys, is told in full. */
export function Chart({ month, days, series, measure }: Props) {
  const text = texts();
  const picked = useSignal(lastUsed(days));
  const end = axisEnd(Math.max(LEAST_AXIS, ...days.map(({ all }) => amountIn(all, measure))));
  const name = inWords(month, locale.value);
  const label = (value: number) =>
    measure === "cost" ? roundDollars(value, locale.value) : short(value, locale.value);
  /** What is told stands above the bars, where it has room there. */
  const isLow = useSignal(true);
  const place = (plot: Element) => {
    const top = plot.closest(".settings-page")?.getBoundingClientRect().top ?? 0;
    isLow.value = plot.getBoundingClientRect().top - top > ROOM_ABOVE;
  };
  const pickAt = ({ clientX, currentTarget }: PointerEvent & { currentTarget: HTMLElement }) => {
    const { left, width } = currentTarget.getBoundingClientRect();
    const index = Math.floor(((clientX - left) / width) * days.length);
    picked.value = Math.min(Math.max(index, 0), days.length - 1);
  };
  const at = picked.value;
  return (
    <figure class="usage-chart">
      <div class="usage-axis" aria-hidden="true">
        {[end, end / 2, 0].map((value) => (
          <span key={value}>{value ? label(value) : "0"}</span>
        ))}
      </div>
      <div
        class={isLow.value ? "usage-plot" : "usage-plot told-below"}
        onPointerEnter={({ currentTarget }) => place(currentTarget)}
        onFocusCapture={({ currentTarget }) => place(currentTarget)}
        onPointerMove={pickAt}
        onPointerDown={pickAt}
      >
        <Bars label={text.chart(text.measures[measure], name)} picked={at} {...{ days, series, measure, end }} />
        <input
          type="range"
          class="usage-pick"
          aria-label={text.pick}
          min={1}
          max={days.length}
          value={at + 1}
          aria-valuetext={inFull(days[at]!, series, measure)}
          onInput={({ currentTarget }) => {
            picked.value = Number(currentTarget.value) - 1;
          }}
        />
        <Told at={at} {...{ days, series, measure }} />
      </div>
      <div class="usage-days" aria-hidden="true">
        {days.map(({ day }, index) => {
          const number = index + 1;
          return <span key={day}>{number % 5 === 0 || number === 1 ? number : ""}</span>;
        })}
      </div>
    </figure>
  );
}

interface BarsProps extends Omit<Props, "month"> {
  label: string;
  picked: number;
  end: number;
}

function Bars({ label, picked, days, series, measure, end }: BarsProps) {
  const slot = 100 / days.length;
  const scale = (HEIGHT - HEADROOM) / end;
  return (
    <svg role="img" aria-label={label} height={HEIGHT}>
      <rect class="picked" x={`${picked * slot}%`} width={`${slot}%`} height={HEIGHT} />
      {[0, 0.5, 1].map((part) => {
        const y = HEIGHT - part * (HEIGHT - HEADROOM) - 0.5;
        return <line key={part} x2="100%" y1={y} y2={y} />;
      })}
      {days.map(({ day, parts, all }, place) => {
        let top = HEIGHT - 1;
        const bars = parts.map((sum, index) => {
          const value = amountIn(sum, measure);
          if (!value) return null;
          const height = Math.max(value * scale, LEAST_PIXELS);
          top -= height;
          return (
            <rect
              key={series[index]!.key}
              x={`${(place + (1 - BAR_PART) / 2) * slot}%`}
              width={`${BAR_PART * slot}%`}
              y={top}
              height={height > 3 ? height - 1 : height}
              fill={fillOf(index, series[index]!.key === null)}
            />
          );
        });
        return (
          <g key={day}>
            {bars}
            {measure === "cost" && all.unpriced > 0 && (
              <text x={`${(place + 0.5) * slot}%`} y={top - 4}>
                ?
              </text>
            )}
          </g>
        );
      })}
    </svg>
  );
}

/** Over the day that is looked at: how much it was, and of what. */
function Told({ at, days, series, measure }: Omit<Props, "month"> & { at: number }) {
  const { day, parts, all } = days[at]!;
  const middle = ((at + 0.5) / days.length) * 100;
  return (
    <div
      class="usage-told"
      aria-hidden="true"
      style={{ insetInlineStart: `clamp(-2.5rem, calc(${middle}% - 8rem), calc(100% - 16rem))` }}
    >
      <p>
        <strong>{dayInWords(day, locale.value)}</strong>
        <span>{all.attempts ? figureOf(all, measure) : texts().nothing}</span>
      </p>
      {series.length > 1 &&
        series.map(
          ({ key, label }, index) =>
            parts[index]!.attempts > 0 && (
              <p key={key}>
                <Swatch fill={fillOf(index, key === null)} />
                <bdi>{label}</bdi>
                <span>{figureOf(parts[index]!, measure)}</span>
              </p>
            ),
        )}
    </div>
  );
}

/** The same for those who cannot see it. */
function inFull({ day, parts, all }: Day, series: Series[], measure: Measure): string {
  const name = dayInWords(day, locale.value);
  if (!all.attempts) return `${name}: ${texts().nothing}`;
  const of = series.flatMap(({ label }, index) =>
    parts[index]!.attempts && series.length > 1 ? [`${label} ${figureOf(parts[index]!, measure)}`] : [],
  );
  return [`${name}: ${figureOf(all, measure)}`, ...of].join(", ");
}

function lastUsed(days: Day[]): number {
  return Math.max(
    days.findLastIndex(({ all }) => all.attempts > 0),
    0,
  );
}
