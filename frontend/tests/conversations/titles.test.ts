/** Of two titles the one that was said later is shown; an answer says what was so when it was asked for. */
import { expect, it } from "vitest";
import { moment, newestTitle } from "../../src/features/conversations/titles";

it("takes what an answer brings", () => {
  expect(newestTitle(1, "from the server", moment())).toBe("from the server");
});

it("keeps a title that was heard while the answer was on its way", () => {
  const asked = moment();
  newestTitle(2, "by an event");
  expect(newestTitle(2, "from before", asked)).toBe("by an event");
  expect(newestTitle(2, "asked for since", moment())).toBe("asked for since");
});

it("keeps the answer that was asked for later, whichever comes first", () => {
  const [first, second] = [moment(), moment()];
  expect(newestTitle(3, "later", second)).toBe("later");
  expect(newestTitle(3, "earlier", first)).toBe("later");
});

it("knows one conversation from another", () => {
  const asked = moment();
  newestTitle(4, "of another");
  expect(newestTitle(5, "its own", asked)).toBe("its own");
});
