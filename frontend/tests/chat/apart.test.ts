/** A part of the history far above its end: gone to, read on from both ways, and left again. */
import { describe, expect, it } from "vitest";
import type { MessagePage, ServerEvent } from "../../src/api/types";
import { shown } from "../../src/features/chat/shown";
import { emptyThread, reduce, running, type Thread, type ThreadEvent } from "../../src/features/chat/thread";
import { message } from "./messages";

const LAST = 100;

/** The messages from one to another, as the server tells them. */
function page(first: number, last: number): MessagePage {
  const messages = Array.from({ length: last - first + 1 }, (_, index) => message(first + index));
  return { messages, has_more: first > 1, has_newer: last < LAST };
}

const play = (events: ThreadEvent[], from: Thread = emptyThread) => events.reduce(reduce, from);
const ids = (thread: Thread) => shown(thread).messages.map(({ id }) => id);
const range = (first: number, last: number) => page(first, last).messages.map(({ id }) => id);
const atEnd = play([{ type: "latest", page: page(91, LAST) }]);
const away = play([{ type: "around", page: page(41, 50) }], atEnd);
const begun = (id: number, parent: number, client_id?: string): ServerEvent => ({
  type: "start",
  message: message(id, { sender: "ai", parent_id: id - 1, content: "", status: "generating" }),
  user_message: message(id - 1, { sender: "user", parent_id: parent }),
  client_id,
});

describe("a part of the history that was gone to", () => {
  it("is shown instead of the end, with more on both sides", () => {
    expect(ids(away)).toEqual(range(41, 50));
    expect(shown(away)).toMatchObject({ hasMore: true, hasNewer: true });
    expect(away.leaps).toBe(atEnd.leaps + 1);
    expect(ids(play([{ type: "to-end" }], away))).toEqual(range(91, LAST));
    expect(play([{ type: "to-end" }], away).leaps).toBe(away.leaps + 1);
    expect(play([{ type: "to-end" }], atEnd).leaps).toBe(atEnd.leaps);
  });

  it("grows at both ends without a leap", () => {
    const grown = play(
      [
        { type: "older", page: page(31, 40) },
        { type: "newer", page: page(51, 60) },
      ],
      away,
    );
    expect(ids(grown)).toEqual(range(31, 60));
    expect(shown(grown).firstIndex).toBe(shown(away).firstIndex - 10);
    expect(grown.leaps).toBe(away.leaps);
    expect(grown.messages).toBe(atEnd.messages);
  });

  it.each([
    ["meets it", page(51, 90)],
    ["runs into it", page(51, 95)],
    ["reaches its last", page(51, LAST)],
  ])("is the thread once it %s", (_, newer) => {
    const joined = play(
      [
        { type: "newer", page: newer },
        { type: "newer", page: page(91, LAST) },
      ],
      away,
    );
    expect(ids(joined)).toEqual(range(41, LAST));
    expect(joined.apart).toBeUndefined();
    expect(joined.leaps).toBe(away.leaps);
    expect(joined.firstIndex).toBe(shown(away).firstIndex);
    expect(joined.hasMore).toBe(true);
    expect(joined.messages.at(-1)).toBe(atEnd.messages.at(-1));
  });

  it("comes in front of the end where it reaches that already", () => {
    const near = play([{ type: "around", page: page(81, 95) }], atEnd);
    expect(ids(near)).toEqual(range(81, LAST));
    expect(near).toMatchObject({ leaps: atEnd.leaps, firstIndex: atEnd.firstIndex - 10 });
    const within = play([{ type: "around", page: page(93, LAST) }], atEnd);
    expect(ids(within)).toEqual(range(91, LAST));
  });

  it("gives way to another, and to the end", () => {
    const other = play([{ type: "around", page: page(1, 9) }], away);
    expect(ids(other)).toEqual(range(1, 9));
    expect(shown(other)).toMatchObject({ hasMore: false, hasNewer: true });
    expect(shown(other).firstIndex + 9).toBeLessThan(shown(away).firstIndex);
    expect(ids(play([{ type: "around", page: page(95, LAST) }], other))).toEqual(range(91, LAST));
  });

  it("follows what is shown now where another version was shown meanwhile", () => {
    const turned = { messages: [message(201, { parent_id: 45 }), message(202)], has_more: true, has_newer: true };
    expect(ids(play([{ type: "newer", page: turned }], away))).toEqual([...range(41, 45), 201, 202]);
    const elsewhere = { messages: [message(301, { parent_id: 12 })], has_more: true, has_newer: true };
    expect(ids(play([{ type: "newer", page: elsewhere }], away))).toEqual(range(91, LAST));
    const none = { messages: [], has_more: true, has_newer: false };
    expect(ids(play([{ type: "newer", page: none }], away))).toEqual(range(91, LAST));
  });
});

describe("what happens at the end meanwhile", () => {
  const chunk: ServerEvent = { type: "chunk", content: "Hello", message_id: 102, id: "102.0.5" };

  it("is there on the way back, and moves nothing before", () => {
    const live = play([begun(102, LAST), chunk], away);
    expect(ids(live)).toEqual(range(41, 50));
    expect(running(live)).toMatchObject({ content: "Hello" });
    const back = play([{ type: "to-end" }], live);
    expect(ids(back)).toEqual([...range(91, LAST), 101, 102]);
    expect(running(back)).toMatchObject({ content: "Hello", cursor: "102.0.5" });
  });

  it("is joined with the text that has come", () => {
    const joined = play([begun(102, LAST), chunk, { type: "newer", page: page(51, 95) }], away);
    expect(ids(joined)).toEqual([...range(41, LAST), 101, 102]);
    expect(running(joined)?.content).toBe("Hello");
  });

  it("stays known when the connection is made anew", () => {
    const again = play([{ type: "latest", page: page(95, LAST) }], away);
    expect(ids(again)).toEqual(range(41, 50));
    expect(ids(play([{ type: "to-end" }], again))).toEqual(range(91, LAST));
  });

  it("leads back where what is shown is not known here any more", () => {
    const switched: ServerEvent = { type: "switched", message_id: 400 };
    const again = play([switched, { type: "latest", page: page(91, LAST) }], away);
    expect(ids(again)).toEqual(range(91, LAST));
  });
});

describe("what is asked for there", () => {
  it("leads to the end where something is said", () => {
    const request = { type: "message", content: "and now", client_id: "a" } as const;
    const said = play([{ type: "request", request }], away);
    expect(ids(said)).toEqual(range(91, LAST));
    expect(shown(said).ahead).toBeDefined();
  });

  it("goes on from there where a message is edited or answered anew", () => {
    const request = { type: "edit", message_id: 45, content: "other", client_id: "a" } as const;
    const asked = play([{ type: "request", request }], away);
    expect(ids(asked)).toEqual(range(41, 44));
    expect(shown(asked)).toMatchObject({ hasNewer: false, ahead: { request } });
    const answered = play([begun(102, 44, "a")], asked);
    expect(ids(answered)).toEqual([...range(41, 44), 101, 102]);
    expect(answered.apart).toBeUndefined();
    expect(answered.leaps).toBe(away.leaps);
    expect(running(answered)?.id).toBe(102);
  });

  it("is put back where that is refused", () => {
    const request = { type: "regenerate", message_id: 46, client_id: "a" } as const;
    const refusal: ServerEvent = { type: "error", message: "m", code: "cannot_continue", client_id: "a" };
    const refused = play([{ type: "request", request }, refusal], away);
    expect(ids(refused)).toEqual(range(41, 50));
    expect(shown(refused)).toMatchObject({ hasNewer: true, putBack: 1 });
  });

  it("is not shown there where it was asked for at the end", () => {
    const request = { type: "regenerate", message_id: LAST, client_id: "a" } as const;
    const both = play(
      [
        { type: "request", request },
        { type: "around", page: page(41, 50) },
      ],
      atEnd,
    );
    expect(ids(both)).toEqual(range(41, 50));
    expect(shown(both)).toMatchObject({ hasNewer: true, ahead: undefined });
  });

  it("shows another version in its place", () => {
    const other = { messages: [message(46, { version: 2 }), message(47)], has_more: true };
    expect(ids(play([{ type: "activated", page: other }], away))).toEqual(range(41, 47));
    const far = { messages: [message(71), message(72)], has_more: true };
    expect(ids(play([{ type: "activated", page: far }], away))).toEqual([71, 72]);
  });
});
