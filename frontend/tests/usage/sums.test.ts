import { describe, expect, it } from "vitest";
import type { UsageRow } from "../../src/api/types";
import { amountIn, axisEnd, daysOf, modelsOf, seriesOf, total } from "../../src/features/usage/sums";

function row(day: string, model: string, more: Partial<UsageRow> = {}): UsageRow {
  const tokens = { prompt_tokens: 10, cached_tokens: 0, cache_write_tokens: 0, completion_tokens: 5 };
  const rest = { reasoning_tokens: 0, cost_nano_usd: 100, estimated: 0, unpriced: 0, attempts: 1 };
  return { key: day, label: day, split_key: model, split_label: model.toUpperCase(), ...tokens, ...rest, ...more };
}

const others = (count: number) => `${count} others`;

describe("sums", () => {
  it("never makes nothing of a cost that is not known", () => {
    const unknown = row("2026-11-01", "a", { cost_nano_usd: null, unpriced: 1 });
    expect(modelsOf([unknown, unknown])[0]).toMatchObject({ cost: null, unpriced: 2, attempts: 2 });
    const [some] = modelsOf([unknown, row("2026-11-02", "a")]);
    expect(some).toMatchObject({ cost: 100, unpriced: 1 });
    expect(total([])).toMatchObject({ cost: null, attempts: 0 });
    expect(modelsOf([row("2026-11-01", "free", { cost_nano_usd: 0 })])[0]!.cost).toBe(0);
  });

  it("puts the dearest model first, then the longest", () => {
    const rows = [
      row("2026-11-01", "short", { cost_nano_usd: null }),
      row("2026-11-01", "dear", { cost_nano_usd: 900 }),
      row("2026-11-01", "long", { cost_nano_usd: null, prompt_tokens: 99 }),
    ];
    expect(modelsOf(rows).map(({ key }) => key)).toEqual(["dear", "long", "short"]);
  });

  it.each([0, 1, 2, 5, 6])("gives each of %i models its colour", (count) => {
    const series = seriesOf(many(count), others);
    expect(series.map(({ key }) => key)).not.toContain(null);
    expect(series).toHaveLength(count);
  });

  it.each([7, 20, 200])("groups what is beyond five of %i models", (count) => {
    const series = seriesOf(many(count), others);
    expect(series).toHaveLength(6);
    expect(series.at(-1)).toMatchObject({ key: null, label: `${count - 5} others` });
    expect(series.flatMap(({ models }) => models)).toHaveLength(count);
  });

  it("has every day, and loses nothing of any", () => {
    const rows = Array.from({ length: 9 }, (_, model) => row(`2026-11-0${(model % 2) + 1}`, `m${model}`));
    const series = seriesOf(modelsOf(rows), others);
    const days = daysOf(["2026-11-01", "2026-11-02", "2026-11-03"], rows, series);
    expect(days.map(({ all }) => all.attempts)).toEqual([5, 4, 0]);
    expect(days[2]!.parts).toHaveLength(6);
    expect(days.flatMap(({ parts }) => parts).reduce((sum, part) => sum + amountIn(part, "tokens"), 0)).toBe(9 * 15);
    expect(amountIn(days[0]!.all, "cost")).toBe(500);
  });

  it.each([
    [0, 1],
    [1, 1],
    [3, 3],
    [6.5, 8],
    [5, 5],
    [5.1, 6],
    [8.1, 10],
    [0.012, 0.02],
    [999, 1000],
    [2_000_000, 2_000_000],
  ])("has room for %d on an axis up to %d", (most, end) => {
    expect(axisEnd(most)).toBeCloseTo(end, 9);
  });
});

function many(count: number) {
  const rows = Array.from({ length: count }, (_, model) => row("2026-11-01", `m${model}`, { cost_nano_usd: model }));
  return modelsOf(rows);
}
