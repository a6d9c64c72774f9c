/** Ranges in code points become pieces of a text of UTF-16, whatever is in it. */
import { describe, expect, it } from "vitest";
import { occurrence, wordAt } from "../../src/features/search/drawn";
import { marksIn, pieces, type Range, shortened } from "../../src/features/search/snippet";

const marked = (text: string, ranges: Range[]) =>
  pieces(text, ranges)
    .map((piece) => (piece.marked ? `[${piece.text}]` : piece.text))
    .join("");

describe("pieces", () => {
  it.each([
    ["low tide", [[4, 8]], "low [tide]"],
    ["tide", [[0, 4]], "[tide]"],
    ["🌊👩🏽‍🚀 潮汐 🌊", [[6, 8]], "🌊👩🏽‍🚀 [潮汐] 🌊"],
    ["𠮷野家", [[0, 1]], "[𠮷]野家"],
    [
      "a b c",
      [
        [4, 5],
        [0, 1],
      ],
      "[a] b [c]",
    ],
    [
      "abcdef",
      [
        [0, 3],
        [2, 5],
      ],
      "[abc][de]f",
    ],
    [
      "abcdef",
      [
        [1, 5],
        [2, 3],
      ],
      "a[bcde]f",
    ],
    ["abc", [[1, 1]], "abc"],
    [
      "abc",
      [
        [2, 9],
        [7, 8],
      ],
      "ab[c]",
    ],
    ["abc", [], "abc"],
    ["", [[0, 1]], ""],
  ] as [string, Range[], string][])("of %s", (text, ranges, expected) => {
    expect(marked(text, ranges)).toBe(expected);
    expect(
      pieces(text, ranges)
        .map((piece) => piece.text)
        .join(""),
    ).toBe(text);
  });
});

describe("shortened", () => {
  const short = (text: string, ranges: Range[], cut = false) =>
    shortened(pieces(text, ranges), cut).map((piece) => piece.text);

  it("keeps a short lead, and says where something is missing before it", () => {
    expect(short("low tide", [[4, 8]])).toEqual(["low ", "tide"]);
    expect(short("low tide", [[4, 8]], true)).toEqual(["…low ", "tide"]);
    expect(short("tide", [[0, 4]], true)).toEqual(["…tide"]);
    expect(short("", [], true)).toEqual([]);
  });

  it("begins with a whole word, or where so much fits", () => {
    const long = "The Moon pulls at the near side more than at the far one: the ";
    expect(short(`${long}tide`, [[long.length, long.length + 4]])[0]).toBe("…at the far one: the ");
    const han = "月球对地球近侧的引力比对远侧的更强于是出现";
    expect(short(`${han}潮汐`, [[han.length, han.length + 2]])[0]).toBe(`…${han.slice(-12)}`);
    const waves = "🌊".repeat(40);
    expect(short(`${waves}tide`, [[40, 44]])).toEqual([`…${"🌊".repeat(12)}`, "tide"]);
  });

  it("leaves a text alone in which nothing is marked", () => {
    const long = "word ".repeat(60);
    expect(short(long, [])).toEqual([long]);
  });
});

describe("marksIn", () => {
  it.each([
    ["How Tides work", "tide WORK", "How [Tide]s [work]"],
    ["京都三日行程", "三日", "京都[三日]行程"],
    ["👩🏽‍🚀 Tides", '"tides"', "👩🏽‍🚀 [Tides]"],
    ["İstanbul", "stan", "İstanbul"],
    ["Tides", "", "Tides"],
    ["Tides", "zzz", "Tides"],
  ])("of %s by %s", (title, query, expected) => {
    expect(marked(title, marksIn(title, query))).toBe(expected);
  });
});

describe("the place in a message", () => {
  it("is counted by what stands before it", () => {
    const source = "🌊 tide and tide and tide";
    expect(wordAt(source, [11, 15])).toEqual({ word: "tide", before: 1 });
    expect(wordAt(source, [11, 11])).toEqual({ word: "", before: 0 });
    expect(occurrence("tide, tide, tide", "tide", 1)).toBe(6);
    expect(occurrence("tide, tide", "tide", 7)).toBe(6);
    expect(occurrence("nothing", "tide", 0)).toBe(-1);
    expect(occurrence("nothing", "", 0)).toBe(-1);
  });
});
