/** Days begin at the reader's midnight. */
import { describe, expect, it } from "vitest";
import { beginsDay, dayOf, daysBetween } from "../../src/features/chat/times";

const at = (day: number, hour: number) => new Date(2026, 2, day, hour).toISOString();

describe("days", () => {
  it.each([
    [at(1, 0), at(1, 23), 0],
    [at(1, 23), at(2, 0), 1],
    [at(28, 12), at(29, 12), 1], // the clocks change
    [at(1, 12), at(31, 1), 30],
  ])("%s to %s: %d", (earlier, later, wanted) => expect(daysBetween(earlier, new Date(later))).toBe(wanted));

  it("are told between messages of two, and first where it is not today", () => {
    const now = new Date().toISOString();
    expect(beginsDay(at(2, 1), at(1, 23))).toBe(true);
    expect(beginsDay(at(2, 1), at(2, 0))).toBe(false);
    expect(beginsDay(at(2, 1), undefined)).toBe(false);
    expect(beginsDay(at(2, 1), null)).toBe(true);
    expect(beginsDay(now, null)).toBe(false);
  });

  it("have a year where it is another", () => {
    expect(dayOf(at(2, 12), "en", new Date(2026, 5, 1))).toBe("Monday, March 2");
    expect(dayOf(at(2, 12), "en", new Date(2027, 5, 1))).toBe("March 2, 2026");
    expect(dayOf(at(2, 12), "zh-CN", new Date(2027, 5, 1))).toBe("2026年3月2日");
  });
});
