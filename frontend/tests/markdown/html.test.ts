/** A few bare tags and footnotes are drawn; whatever else looks like HTML is text. */
import type { Token } from "marked";
import { describe, expect, it } from "vitest";
import { type Lexed, lex, lexAll, lexOn } from "../../src/markdown/lex";
import { mend } from "../../src/markdown/mend";

/** The kinds of what is drawn, in each other: `p(text sub(text))`. */
function outline(tokens: Token[]): string {
  return tokens
    .filter(({ type }) => !["space", "def"].includes(type))
    .map((token) => {
      const name = token.type === "tag" ? (token.tag as string) : token.type;
      const inside = "tokens" in token && token.tokens ? token.tokens : [];
      const parts = token.type === "details" ? [...(token.summary as Token[]), ...inside] : inside;
      return parts.length ? `${name}(${outline(parts)})` : name;
    })
    .join(" ");
}
const of = (text: string) => outline(lex(text));

describe("tags", () => {
  it.each([
    ["H<sub>2</sub>O", "paragraph(text sub(text) text)"],
    ["x<sup>**2**</sup>", "paragraph(text sup(strong(text)))"],
    ["<kbd>Ctrl</kbd> + <kbd>C</kbd>", "paragraph(kbd(text) text kbd(text))"],
    ["a <mark>word</mark>", "paragraph(text mark(text))"],
    ["| a<sup>2</sup> |\n|--|\n| b |", "table"],
    ["**<sub>a</sub>**", "paragraph(strong(sub(text)))"],
    ["<sub><sup>a</sup></sub>", "paragraph(sub(sup(text)))"],
  ])("%s", (text, wanted) => expect(of(text)).toBe(wanted));

  it.each([
    "H<sub>2",
    "</sub>2",
    '<sub class="x">2</sub>',
    '<sub onclick="alert(1)">2</sub>',
    "<sub onmouseover=alert(1)>2</sub>",
    "<script>1</script>",
    "<b>2</b>",
    '<a href="javascript:1">2</a>',
    '<kbd style="position:fixed">2</kbd>',
    "`<sub>2</sub>`",
    "\\<sub>2\\</sub>",
    "<SUB>2</SUB>",
  ])("none in %s", (text) => expect(of(text)).not.toMatch(/\b(sub|sup|kbd|mark)\b/));
});

describe("folds", () => {
  const fold = "<details>\n<summary>The **title**</summary>\n\nInside\n\n- one\n\n</details>\n";
  it.each([
    [fold, "details(text strong(text) paragraph(text) list)"],
    [`before\n${fold}after`, "paragraph(text) details(text strong(text) paragraph(text) list) paragraph(text)"],
    ["<details><summary>a</summary>b</details>", "details(text paragraph(text))"],
    ["<details open>\n<summary>a</summary>\n\nb\n</details>", "details(text paragraph(text))"],
    ["<details>\nb\n</details>", "details(paragraph(text))"],
    ["<details>\n<details>\na\n</details>\n\nb\n</details>", "details(details(paragraph(text)) paragraph(text))"],
    ["<details>\n\n```html\n</details>\n```\n\n</details>", "details(code)"],
    ["<details>\n\na `</details>` b\n\n</details>", "details(paragraph(text codespan text))"],
  ])("%j", (text, wanted) => expect(of(text)).toBe(wanted));

  it.each([
    "<details>\nno end",
    "<details ontoggle=alert(1)>\na\n</details>",
    '<details ontoggle="alert(1)" open>\n<summary>a</summary>\n</details>',
    "a <details> in words </details>",
    "```html\n<details>\n</details>\n```",
  ])("none in %.50j", (text) => expect(of(text)).not.toContain("details"));

  it("keeps every character, also of what never ends", () => {
    const endless = "<details>\n".repeat(5000) + "</details>\n".repeat(100);
    for (const text of [fold, `a\n${fold}\n\n${fold}b`, endless, "<sub>".repeat(5000), "[^1]".repeat(5000)])
      expect(
        lex(text)
          .map(({ raw }) => raw)
          .join(""),
      ).toBe(text);
  });
});

describe("footnotes", () => {
  const text = "So it is.[^1] And[^long-name] so.\n\n[^1]: The **reason**.\n[^long-name]: Two lines,\n    and more.\n";
  it("are found with what tells of them", () =>
    expect(of(text)).toBe(
      "paragraph(text reference text reference text) footnote(paragraph(text strong(text) text)) footnote(paragraph(text br text))",
    ));
  it.each(["a[^1] b", "[^0-9]+ is a class", "`[^1]`\n\n[^1]: a"])("are text without the other: %j", (alone) =>
    expect(of(alone)).not.toContain("reference"),
  );
  it("stand in lists, tables and quotes", () =>
    expect(
      JSON.stringify(lex("- a[^1]\n\n> b[^1]\n\n| c[^1] |\n|--|\n| d |\n\n[^1]: e")).match(/"reference"/g),
    ).toHaveLength(3));
  it("of a growing text are those of the whole", () => {
    const all: Lexed[] = [];
    const long = `${text}\n${"Between[^1].\n\n".repeat(6)}[^2]: last\n`;
    for (let end = 1; end <= long.length; end++) all.push(lexOn(all.at(-1), mend(long.slice(0, end))));
    expect(JSON.stringify(all.at(-1)!.tokens)).toBe(JSON.stringify(lex(long)));
    expect(lexAll(all.at(-1), long).links).toBe(all.at(-1)!.links);
  });
});

describe("while it comes", () => {
  it.each([
    ["H<sub>2", "H<sub>2</sub>"],
    ["H<su", "H"],
    ["H<sub>2</su", "H<sub>2</sub>"],
    ["a <kbd>b</kbd> c", "a <kbd>b</kbd> c"],
    ["is 1 < 2", "is 1 < 2"],
    ["so[^", "so"],
    ["so[^1", "so"],
    ["so[^1]", "so[^1]"],
    ["text\n\n<details>\n<summ", "text\n\n"],
    ["<details>\n<summary>The ti", "<details>\n<summary>The ti</summary>\n\n</details>"],
    ["<details>\n\na **b", "<details>\n\na **b**\n\n</details>"],
    ["<details>\n\n```js\nlet a", "<details>\n\n```js\nlet a\n```\n\n</details>"],
  ])("%j", (given, wanted) => expect(mend(given)).toBe(wanted));

  it("never shows a block as another kind than it becomes", () => {
    const whole =
      "Intro <sub>a</sub>[^1].\n\n<details>\n<summary>T *i*</summary>\n\n- one\n\n```js\nx\n```\n\n</details>\n\n[^1]: A note\n\nend";
    const types = (text: string) =>
      lex(text)
        .map(({ type }) => type)
        .filter((type) => type !== "space");
    const wanted = types(whole);
    for (let end = 1; end <= whole.length; end++) {
      const shown = types(mend(whole.slice(0, end)));
      expect(shown, whole.slice(0, end)).toEqual(wanted.slice(0, shown.length));
    }
  });
});
