/** What is not on the paper is said on it. */
import { expect, it } from "vitest";
import { hasRoom, printTexts, whatIsMissing } from "../../src/features/chat/printTexts";
import { emptyThread } from "../../src/features/chat/thread";

const thread = (count: number, hasMore: boolean) => ({ ...emptyThread, messages: Array(count).fill({}), hasMore });

it.each([
  [50, false, false, undefined],
  [50, true, true, "Older messages are missing here"],
  [1_999, true, true, "Older messages are missing here"],
  [2_000, true, false, "Only the newest 2,000 messages"],
  [2_150, false, false, undefined],
])("of %d messages, with more: %s", (count, hasMore, room, wanted) => {
  expect(hasRoom(thread(count, hasMore))).toBe(room);
  expect(whatIsMissing(thread(count, hasMore), printTexts.en)?.slice(0, wanted?.length)).toBe(wanted);
});
