/** Long words get places to break at, and nothing else is changed. */
import type { VNode } from "preact";
import { describe, expect, it } from "vitest";
import { breakable, isUnbroken } from "../../src/ui/unbroken";

const parts = (text: string) => breakable(text) as (string | VNode)[];
const said = (text: string) => parts(text).filter((part) => typeof part === "string");

describe("breakable", () => {
  it.each(["", "short", "a ".repeat(1000), "中文没有空格".repeat(200), "ข้อความ".repeat(200), "😀".repeat(500)])(
    "leaves %.12s as it is",
    (text) => expect(breakable(text)).toBe(text),
  );

  it("breaks what has no end, and keeps every character", () => {
    const text = `before ${"QUJD".repeat(500)} between ${"e\u0301".repeat(300)}\nafter`;
    expect(said(text).join("")).toBe(text);
    expect(Math.max(...said(text).map(({ length }) => length))).toBeLessThan(300);
    expect(said(text).some((part) => part.startsWith("\u0301"))).toBe(false);
    expect(parts(text).filter((part) => typeof part !== "string").length).toBeGreaterThan(20);
  });
});

describe("a field", () => {
  it.each([
    ["word ".repeat(5000), false],
    ["a".repeat(2000), false],
    [`words ${"a".repeat(2001)}\nwords`, true],
  ])("%.8s", (text, is) => expect(isUnbroken(text)).toBe(is));
});
