/** A draft loses the message that had arrived already, and nothing else. */
import { expect, it } from "vitest";
import { without } from "../../src/features/chat/taken";

it.each([
  ["said", "said", ""],
  ["said", "said\n\ntyped since", "typed since"],
  ["said", "saids", "saids"],
  ["said", "said differently", "said differently"],
  ["said", "typed since", "typed since"],
])("takes %o out of %o", (content, draft, left) => {
  expect(without(content, draft)).toBe(left);
});
