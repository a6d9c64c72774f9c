/** Long words get places to break at, and nothing else is changed. */
import type { VNode } from "preact";
import { describe, expect, it } from "vitest";
import { breakable, isUnbroken } from "../../src/ui/unbroken";

type Part = string | VNode<{ children?: Part | Part[] }>;

const parts = (text: string) => breakable(text) as Part[];
const texts = (part: Part | Part[] | undefined): string[] =>
  typeof part === "string"
    ? [part]
    : [part ?? []].flat().flatMap((one) => texts(typeof one === "string" ? one : one.props.children));
const said = (text: string) => texts(parts(text));
const breaks = (part: Part | Part[] | undefined): number =>
  [part ?? []]
    .flat()
    .reduce(
      (sum, one) => sum + (typeof one === "string" ? 0 : Number(one.type === "wbr") + breaks(one.props.children)),
      0,
    );

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
    expect(breaks(parts(text))).toBeGreaterThan(20);
  });
});

describe("a field", () => {
  it.each([
    ["word ".repeat(5000), false],
    ["a".repeat(2000), false],
    [`words ${"a".repeat(2001)}\nwords`, true],
  ])("%.8s", (text, is) => expect(isUnbroken(text)).toBe(is));
});
