import { expect, it } from "vitest";

import { bytesOf, textOf, troubleOf } from "../../src/browser/webauthn";

it("writes bytes as base64url and reads them again", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, value) => value);
  const text = textOf(bytes.buffer);
  expect(text).toMatch(/^[\w-]+$/);
  expect([...bytesOf(text)]).toEqual([...bytes]);
  expect([...bytesOf("-_8")]).toEqual([251, 255]);
});

it.each([
  ["AbortError", 10_000, "cancelled"],
  ["NotAllowedError", 3000, "cancelled"],
  ["NotAllowedError", 20, "refused"],
  ["InvalidStateError", 3000, "known"],
  ["SecurityError", 5, "address"],
  ["NotSupportedError", 5, "unable"],
  ["ConstraintError", 3000, "unable"],
  ["UnknownError", 3000, "failed"],
])("tells %s after %i ms as %s", (name, milliseconds, trouble) => {
  expect(troubleOf(new DOMException("", name), milliseconds)).toBe(trouble);
});
