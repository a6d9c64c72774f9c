/** Two dollars in a line are a formula where people mean one, and prices or variables elsewhere. */
import type { Token } from "marked";
import { describe, expect, it } from "vitest";
import { lex } from "../../src/markdown/lex";
import { mend } from "../../src/markdown/mend";

function formulas(text: string): string[] {
  const found: string[] = [];
  const walk = (tokens: Token[]) => {
    for (const token of tokens) {
      if (token.type === "formula") found.push(token.text as string);
      if ("tokens" in token && token.tokens) walk(token.tokens);
      if (token.type === "list") walk(token.items as Token[]);
    }
  };
  walk(lex(text));
  return found;
}

describe("text", () => {
  it.each([
    "$5/month or 50$/year",
    "It costs $5/month, or 50$ for a year.",
    "PATH=$PATH:$HOME/bin",
    "$PATH:$HOME/bin",
    '"$HOME" and "$PATH"',
    `\${name}-\${id}`,
    "$(date) and $(whoami)",
    "$_GET['a'] . $_POST['b']",
    "US$5 和 US$7",
    "A$10, HK$20",
    "a$b$c",
    "$PATH$HOME/bin and $A$thing",
    "A$AP and Ke$ha",
    "$100-$200",
    "$100–$200, then x$",
    "($5, $6)",
    "$1,000 or 900$",
    "$AAPL/$MSFT and $GME",
    "between $5 and $6",
    "价格是$5元，或者6$一个",
    "$5 元或 7$ 元",
    "the $ sign and another $ sign",
    "I have $X dollars and you have Y$.",
    "we earn $$ and spend more $$ later",
    "**$5**/month or 50$",
    "\\$x$ and $y",
    "use `$x$` and `$y$`",
    "从 `$5` 到 `$7`",
  ])("%s", (text) => expect(formulas(text)).toEqual([]));
});

describe("formulas", () => {
  it.each([
    ["$x$", ["x"]],
    ["$E=mc^2$", ["E=mc^2"]],
    ["$\\alpha$", ["\\alpha"]],
    ["where $5 < x$ holds", ["5 < x"]],
    ["the $n$-th of $k$, and ($m$)", ["n", "k", "m"]],
    ["the $n$th and the $(n+1)$st", ["n", "(n+1)"]],
    ["设$x$为$y$的函数，$f(x)$。", ["x", "y", "f(x)"]],
    ["设$f(x)$(见上)", ["f(x)"]],
    ["$2x + 3y = 7$", ["2x + 3y = 7"]],
    ["有$5$个", ["5"]],
    ["$3\\text{ apples or pears}$", ["3\\text{ apples or pears}"]],
    ["$3 cm$", ["3 cm"]],
    ["$\\text{speed} = \\frac{\\text{way}}{\\text{time}}$", ["\\text{speed} = \\frac{\\text{way}}{\\text{time}}"]],
    ["$速度 = 路程 / 时间$", ["速度 = 路程 / 时间"]],
    ["$\\{1, 2\\}$", ["\\{1, 2\\}"]],
    ["**$x$** and *$y$*", ["x", "y"]],
    ["costs $5 and $x$ is it", ["x"]],
    ["\\(x\\) and $$y$$ inline", ["x", "y"]],
    ["$P(A|B)$, $\\$5$", ["P(A|B)", "\\$5"]],
    ["- item $a_1$\n- item $b_1$", ["a_1", "b_1"]],
  ])("%s", (text, wanted) => expect(formulas(text)).toEqual(wanted));
});

it("in a line are no block", () => expect(lex("so $$y$$").map(({ type }) => type)).toEqual(["paragraph"]));

describe("while it comes", () => {
  it.each([
    ["it is $x", "it is "],
    ["it is $\\frac{a}{b", "it is "],
    ["设$x", "设"],
    ["first $x$, then $y", "first $x$, then "],
    ["$f(x)$, and so on", "$f(x)$, and so on"],
    ["$PATH is a variable", "$PATH is a variable"],
    ["costs $5 and", "costs $5 and"],
    ["US$x and", "US$x and"],
  ])("%j", (given, wanted) => expect(mend(given)).toBe(wanted));
});
