import { expect, it } from "vitest";
import { briefly } from "../../src/features/search/times";

const now = new Date(2026, 10, 30, 18);
const at = (...of: [number, number, number, number]) => new Date(...of).toISOString();

it.each([
  [at(2026, 10, 30, 9), "en-US", "9:00 AM"],
  [at(2026, 10, 29, 9), "en-US", "Nov 29"],
  [at(2025, 10, 30, 9), "en-US", "Nov 30, 2025"],
  [at(2026, 10, 30, 9), "zh-CN", "09:00"],
  [at(2026, 2, 3, 9), "zh-CN", "3月3日"],
  [at(2025, 2, 3, 9), "zh-CN", "2025年3月3日"],
])("tells %s in %s as %s", (time, locale, expected) => {
  expect(briefly(time, locale, now).replace("\u202f", " ")).toBe(expected);
});
