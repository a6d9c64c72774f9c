/** Streamed Markdown never looks like something else on its way: no prefix jumps or flashes. */
import type { Token, Tokens } from "marked";
import { describe, expect, it } from "vitest";
import { type Lexed, lex, lexAll, lexOn } from "../../src/markdown/lex";
import { unlinked } from "../../src/markdown/links";
import { mend } from "../../src/markdown/mend";

const types = (text: string) =>
  lex(text)
    .map((token) => token.type)
    .filter((type) => type !== "space");

describe("what is held back", () => {
  it.each([
    ["a paragraph\n-", "a paragraph\n"],
    ["a paragraph\n==", "a paragraph\n"],
    ["text\n\n##", "text\n\n"],
    ["text\n\n| a | b |", "text\n\n"],
    ["text\n\n| a | b |\n|--", "text\n\n"],
    ["so $$\nx^2", "so "],
    ["see ![alt](http://x", "see "],
    ["it is \\(x", "it is "],
    ["text\n\n[1", "text\n\n"],
    ["text\n\n[1]: https://ex", "text\n\n"],
    ['text\n\n[1]: https://ex.example "its ti', "text\n\n"],
  ])("%j", (given, wanted) => expect(mend(given)).toBe(wanted));
});

describe("what is closed", () => {
  it.each([
    ["some **bold", "some **bold**"],
    ["some **bold*", "some **bold**"],
    ["call `print(", "call `print(`"],
    ["see [the page](https://ex", "see the page"],
    ["see [the pa", "see the pa"],
  ])("%j", (given, wanted) => expect(mend(given)).toBe(wanted));
});

it("leaves whole text as it is", () => {
  for (const text of [
    "plain **bold** `code` text",
    "costs $5 and $6",
    "a * b",
    "[1]: it goes on",
    "- item\n- other",
    "```js\nlet x = `a\n",
    "- `$$` is the shell\n- `\\[` is a bracket\n- more",
    "```sh\necho $$\n```\nand more",
    "the PID is $$ and a formula \\[x\\] follows",
  ])
    expect(mend(text)).toBe(text);
});

it("never shows a block as another kind than it becomes", () => {
  const text =
    "Intro **bold** text.\n\n## Head\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```py\nx = 1\n```\n\n$$\nx^2\n$$\n\nend";
  const whole = types(text);
  for (let end = 1; end <= text.length; end++) {
    const shown = types(mend(text.slice(0, end)));
    expect(shown, text.slice(0, end)).toEqual(whole.slice(0, shown.length));
  }
});

it("reads a growing text as it reads the whole", () => {
  const part =
    "Intro.\n\n- one\n\n  more of one\n- two\n\nbetween\n\n1. first\n\n   ```py\n   x = 1\n   ```\n\n> quote\nlazy\n\n| a |\n|---|\n| 1 |\n\n";
  const text = part.repeat(4);
  let lexed: Lexed | undefined;
  for (let end = 1; end <= text.length; end++) lexed = lexOn(lexed, text.slice(0, end));
  expect(lexed!.tokens.map((token) => token.raw)).toEqual(lex(text).map((token) => token.raw));
});

describe("references", () => {
  const part = "See [it][a] or [other][b] here.\n\n- in [a list][a]\n\n> and [a quote][b]\n\n";
  const definitions = '[a]: https://a.example\n[b]: https://b.example "B"\n\n';
  const grow = (text: string) => {
    const all: Lexed[] = [];
    for (let end = 1; end <= text.length; end++) all.push(lexOn(all.at(-1), mend(text.slice(0, end))));
    return all;
  };

  it.each([part + part + definitions, definitions + part + part, part + definitions + part + part])(
    "lead where the whole text says: %j",
    (text) => expect(JSON.stringify(grow(text).at(-1)!.tokens)).toBe(JSON.stringify(lex(text))),
  );
  it("change only when a definition is whole", () => {
    const all = grow(part + part + definitions + part);
    expect(new Set(all.map(({ links }) => links)).size).toBe(3);
    expect(lexAll(all.at(-1), part + part + definitions + part).links).toBe(all.at(-1)!.links);
  });
});

describe("a dollar", () => {
  const inline = (text: string) => JSON.stringify(lex(text));
  it("begins a formula", () => expect(inline("a $x_1$ b")).toContain('"formula"'));
  it.each(["变量以$开头，例如`$name`和`$age`", "costs $5, use `$x`", "`$a` and `$b`"])(
    "never one with code in it: %s",
    (text) => {
      expect(inline(text)).not.toContain('"formula"');
      expect(inline(text)).toContain('"codespan"');
    },
  );
});

describe("Chinese", () => {
  const inline = (text: string) => JSON.stringify(lex(text));
  it("is stressed without blanks around it", () => expect(inline("他说**“你好。”**然后")).toContain('"strong"'));
  it("does not run into addresses", () =>
    expect(inline("见https://a.example/b。然后")).toContain('"href":"https://a.example/b"'));
});

describe("endless nesting", () => {
  const depth = (tokens: Token[] = []): number => Math.max(0, ...tokens.map((token) => 1 + depth(within(token))));
  const within = (token: Token) =>
    token.type === "list" ? (token as Tokens.List).items : (token as Tokens.Generic).tokens;
  const many = 20_000;
  it.each([
    ">".repeat(many),
    `${"> ".repeat(many)}x`,
    `${"- ".repeat(many)}x`,
    `${"1. > ".repeat(many)}x`,
    `- a\n${"  ".repeat(40)}- b`,
    "*a _b ".repeat(200) + "_ *".repeat(200),
  ])("is text from some depth on: %.8s", (text) => {
    const tokens = lex(text);
    expect(depth(tokens)).toBeLessThan(50);
    expect(tokens.map(({ raw }) => raw).join("")).toBe(text);
  });
  it("leaves what people nest", () => {
    const text = [0, 1, 2, 3, 4, 5].map((level) => `${"  ".repeat(level)}- ${level}`).join("\n");
    expect(JSON.stringify(lex(text)).match(/"type":"list"/g)).toHaveLength(6);
    expect(JSON.stringify(lex(`${"> ".repeat(8)}x`)).match(/"type":"blockquote"/g)).toHaveLength(8);
  });
});

describe("addresses", () => {
  const first = (text: string) => {
    const { tokens } = lex(text)[0] as Tokens.Paragraph;
    return (tokens.find((token) => token.type === "link") as Tokens.Link).href;
  };
  it.each([
    ["https://a.example/Foo_(bar)", "https://a.example/Foo_(bar)"],
    ["https://a.example/Foo_(bar).", "https://a.example/Foo_(bar)"],
    ["(see https://a.example/b)", "https://a.example/b"],
    ["(see https://a.example/Foo_(bar)).", "https://a.example/Foo_(bar)"],
    ["[see https://a.example/b], and", "https://a.example/b"],
    ["http://[::1]:8000/a", "http://[::1]:8000/a"],
    ["https://a.example/b**, and", "https://a.example/b"],
  ])("end where they end: %j", (text, address) => expect(first(text)).toBe(address));
});

describe("what stands in a link", () => {
  const inside = (text: string) => {
    const { tokens } = lex(text)[0] as Tokens.Paragraph;
    return JSON.stringify(unlinked((tokens[0] as Tokens.Link).tokens));
  };
  it.each([
    "[https://a.example](https://a.example)",
    "[**https://a.example**](https://a.example)",
    "[*![a](https://a.example/i.png)*](https://a.example)",
  ])("is no link itself: %s", (text) => expect(inside(text)).not.toMatch(/"type":"(link|image)"/));
  it("keeps its text", () => {
    expect(inside("[to **https://a.example**](https://a.example)")).toMatch(/"to ".*"strong".*"text":"https/);
    expect(inside("[![](https://a.example/i.png)](https://a.example)")).toContain('"text":"https://a.example/i.png"');
  });
});

describe("formulas", () => {
  it("are found in both notations", () => {
    expect(types("$$\nx\n$$")).toEqual(["formula"]);
    expect(types("\\[\nx\n\\]")).toEqual(["formula"]);
    expect(JSON.stringify(lex("a \\(x\\) and $y$"))).toMatch(/"formula".*"formula"/);
  });
  it("are not prices", () => expect(JSON.stringify(lex("between $5 and $6"))).not.toContain("formula"));
});
