/** When a link ends is chosen in days; what the server gives by itself is among them. */
import { expect, it } from "vitest";
import { endsWith, timeOf } from "../../src/features/sharing/ends";

it("offers the server's own end in its place, once", () => {
  expect(endsWith(30)).toEqual(["7", "30", "90", "never"]);
  expect(endsWith(14)).toEqual(["7", "14", "30", "90", "never"]);
});

it("counts days from now, and never is none", () => {
  const now = Date.parse("2026-11-30T12:00:00Z");
  expect(timeOf("7", now)).toBe("2026-12-07T12:00:00.000Z");
  expect(timeOf("never", now)).toBeNull();
});
