/** What is shown of a text in small has no marks of Markdown in it, and keeps its words. */
import { expect, it } from "vitest";
import { plainly } from "../../src/features/sharing/plainly";

it.each([
  ["## Two bulges\n\nThe **Moon** pulls.", "Two bulges The Moon pulls."],
  ["| side | pull |\n|---|---|\n| near | strong |", "side pull near strong"],
  ["- one\n- two\n> said", "one two said"],
  ["```python\nprint(1)\n```", "print(1)"],
  ["Call `snake_case` 2 * 3 times - or so", "Call snake_case 2 * 3 times - or so"],
  ["潮汐\n\n**为什么**？", "潮汐 为什么？"],
])("of %j", (text, words) => expect(plainly(text)).toBe(words));
