/** Rows are guessed by the width of letters, and no character is cut in two. */
import { expect, it } from "vitest";
import { endOfRow } from "../../src/markdown/rows";

it.each([
  ["short", 2, 5],
  ["a\nb\nc", 2, 4],
  ["x".repeat(200), 2, 144],
  ["字".repeat(100), 2, 72],
  [`${"x".repeat(70)}😀`, 1, 72],
])("of %.10j end", (text, rows, wanted) => expect(endOfRow(text, rows)).toBe(wanted));
