import { expect, it } from "vitest";
import { dollars, roundDollars, short } from "../../src/features/usage/money";
import { daysOf, monthOf, moved } from "../../src/features/usage/month";

it.each([
  [0, "$0.00"],
  [1, "$0.000000001"],
  [325_500, "$0.00033"],
  [9_999_999, "$0.01"],
  [10_000_000, "$0.01"],
  [1_234_567_890, "$1.23"],
  [1_234_567_890_000, "$1,234.57"],
])("says %i nano-dollars", (nano, words) => {
  expect(dollars(nano, "en")).toBe(words);
});

it.each([
  [25_000_000, "$0.025"],
  [50_000_000, "$0.05"],
  [2_500_000_000, "$2.5"],
  [200, "$0.0000002"],
  [5_000_000_000_000, "$5K"],
])("says %i nano-dollars of an axis", (nano, words) => {
  expect(roundDollars(nano, "en")).toBe(words);
});

it("shortens large numbers in either language", () => {
  expect([99_999, 1_234_567].map((count) => short(count, "en"))).toEqual(["99,999", "1.23M"]);
  expect(short(1_234_567, "zh-CN")).toBe("123万");
});

it("knows months and their days, over years", () => {
  expect(monthOf(new Date(2026, 0, 31))).toBe("2026-01");
  expect(moved("2026-01", -1)).toBe("2025-12");
  expect(moved("2026-12", 1)).toBe("2027-01");
  expect(daysOf("2028-02").at(-1)).toBe("2028-02-29");
  expect(daysOf("2026-11")).toHaveLength(30);
});
