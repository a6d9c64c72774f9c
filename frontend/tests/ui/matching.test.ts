/** A filter finds what holds the words that were typed. */
import { expect, it } from "vitest";
import { matching } from "../../src/ui/matching";

const NAMES = ["openai/gpt-4o", "gpt-4o-mini", "GPT-4.1", "qwen3:32b", "深度求索/对话"];
const found = (typed: string) => matching(NAMES, typed, (name) => name);

it.each([
  ["", NAMES],
  ["  ", NAMES],
  ["gpt-4o", ["gpt-4o-mini", "openai/gpt-4o"]],
  ["GPT", ["gpt-4o-mini", "GPT-4.1", "openai/gpt-4o"]],
  ["mini 4o", ["gpt-4o-mini"]],
  ["32b", ["qwen3:32b"]],
  ["对话", ["深度求索/对话"]],
  ["none", []],
])("finds %o", (typed, names) => {
  expect(found(typed)).toEqual(names);
});
