import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { locale } from "../../browser/preferences";
import { Icon } from "../../ui/Icon";
import { costOf, tokensOf } from "./figures";
import { short } from "./money";
import { dayInWords } from "./month";
import { fillOf, Swatch } from "./Swatch";
import { type Day, type Named, type Series, type Sum, total } from "./sums";
import { text as texts } from "./texts";

/** Sums of whatever has some, a row each. */
function Table({ head, label, children }: { head: string; label?: string; children: ComponentChildren }) {
  const text = texts();
  return (
    <table class="usage-table" aria-label={label}>
      <thead>
        <tr>
          <th scope="col">{head}</th>
          <th scope="col" class="number wide-only">
            {text.requestsHead}
          </th>
          <th scope="col" class="number">
            {text.sent}
          </th>
          <th scope="col" class="number">
            {text.written}
          </th>
          <th scope="col" class="number">
            {text.cost}
          </th>
        </tr>
      </thead>
      {children}
    </table>
  );
}

function Numbers({ of }: { of: Sum }) {
  return (
    <>
      <td class="number wide-only">{short(of.attempts, locale.value)}</td>
      <td class="number">{tokensOf(of.sent, of)}</td>
      <td class="number">{tokensOf(of.written, of)}</td>
      <td class={of.cost === null ? "number unknown" : "number"}>{costOf(of)}</td>
    </>
  );
}

/** Every model, with its colour in the chart; those that share one are folded. */
export function Models({ series }: { series: Series[] }) {
  const open = useSignal(false);
  return (
    <Table head={texts().model}>
      <tbody>
        {series.map((one, place) => {
          const fill = fillOf(place, one.key === null);
          if (one.key !== null) return <Model key={one.key} name={one.label} of={one.models[0]!} fill={fill} />;
          return (
            <tr key="others">
              <th scope="row">
                <button
                  type="button"
                  class="usage-name usage-others"
                  aria-expanded={open.value}
                  onClick={() => (open.value = !open.value)}
                >
                  <Swatch fill={fill} />
                  {one.label}
                  <Icon name="open" />
                </button>
              </th>
              <Numbers of={total(one.models)} />
            </tr>
          );
        })}
        {open.value &&
          series.at(-1)!.models.map((model) => <Model key={model.key} name={model.label} of={model} part />)}
      </tbody>
    </Table>
  );
}

function Model({ name, of, fill, part }: { name: string; of: Sum; fill?: string; part?: boolean }) {
  return (
    <tr class={part ? "part" : undefined}>
      <th scope="row">
        <span class="usage-name">
          {fill && <Swatch fill={fill} />}
          <bdi>{name}</bdi>
        </span>
      </th>
      <Numbers of={of} />
    </tr>
  );
}

/** Connections or keys. */
export function Sums({ head, rows }: { head: string; rows: Named[] }) {
  return (
    <Table head={head}>
      <tbody>
        {rows.map((row) => (
          <tr key={row.key}>
            <th scope="row">
              <bdi>{row.label}</bdi>
            </th>
            <Numbers of={row} />
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

/** What the chart shows, in numbers: the days that have any, and their models. */
export function Days({ days, series, label }: { days: Day[]; series: Series[]; label: string }) {
  return (
    <Table head={texts().day} label={label}>
      {days
        .filter(({ all }) => all.attempts)
        .map(({ day, parts, all }) => (
          <tbody key={day}>
            <tr>
              <th scope={series.length > 1 ? "rowgroup" : "row"}>{dayInWords(day, locale.value)}</th>
              <Numbers of={all} />
            </tr>
            {series.length > 1 &&
              series.map(
                ({ key, label: name }, place) =>
                  parts[place]!.attempts > 0 && (
                    <Model key={key} name={name} of={parts[place]!} fill={fillOf(place, key === null)} part />
                  ),
              )}
          </tbody>
        ))}
    </Table>
  );
}
