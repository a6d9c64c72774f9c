/** The reducer: a resumed stream, a repeated one and a reloaded history all end in the same thread. */
import { describe, expect, it } from "vitest";
import type { Message, ServerEvent } from "../../src/api/types";
import { emptyThread, reduce, running, type Thread, type ThreadEvent } from "../../src/features/chat/thread";
import { message } from "./messages";

const play = (events: ThreadEvent[], from: Thread = emptyThread) => events.reduce(reduce, from);
const begun = message(2, { content: "", status: "generating" });
const start: ServerEvent = { type: "start", message: begun, user_message: message(1), client_id: "a" };
const chunk = (content: string, id: string): ServerEvent => ({ type: "chunk", content, message_id: 2, id });
const done: ServerEvent = { type: "done", message_id: 2, status: "complete", finish_reason: "stop", id: "2.0.9.end" };
const loaded = play([{ type: "latest", page: { messages: [], has_more: false } }]);
const texts = (thread: Thread) => thread.messages.map((m) => m.content);

describe("a live reply", () => {
  it("grows by its chunks and ends", () => {
    const growing = play([start, chunk("Hel", "2.0.3"), chunk("lo", "2.0.5")], loaded);
    expect(running(growing)).toMatchObject({ content: "Hello", cursor: "2.0.5" });
    expect(running(reduce(growing, done))).toBeUndefined();
    expect(texts(growing)).toEqual(["text 1", "Hello"]);
  });

  it("goes on after the cursor of a reloaded history", () => {
    const page = { messages: [message(1), { ...begun, content: "Hel", cursor: "2.0.3" }], has_more: false };
    const resumed = play([{ type: "latest", page }, { ...start, resumed: true }, chunk("lo", "2.0.5"), done]);
    expect(resumed.messages).toEqual(play([start, chunk("Hello", "2.0.5"), done], loaded).messages);
  });

  it("begins afresh where a start is not resumed", () => {
    const again = play([start, chunk("lost", "2.0.4"), start, chunk("Hello", "2.0.5"), done], loaded);
    expect(texts(again)).toEqual(["text 1", "Hello"]);
  });

  it("ends as the server says, with the text that came", () => {
    const events = [start, chunk("Hel", "c")];
    const ends: Message["status"][] = [];
    for (const status of ["complete", "stopped"] as const) {
      ends.push(play([...events, { ...done, status }], loaded).messages[1]!.status);
    }
    const error = { type: "error", message: "m", code: "upstream_timeout", message_id: 2, id: "x" } as const;
    for (const status of ["interrupted", "failed"] as const) {
      const reply = play([...events, { ...error, status }], loaded).messages[1]!;
      expect(reply).toMatchObject({ content: "Hel", error: { code: "upstream_timeout" }, cursor: undefined });
      ends.push(reply.status);
    }
    expect(ends).toEqual(["complete", "stopped", "interrupted", "failed"]);
  });

  it("leaves every other message the same object", () => {
    const before = play([start], loaded);
    expect(reduce(before, chunk("x", "c")).messages[0]).toBe(before.messages[0]);
  });
});

describe("requests", () => {
  const request = { type: "message", content: "text 1", client_id: "a" } as const;

  it("wait until the server begins the reply", () => {
    const waiting = play([{ type: "request", request }], loaded);
    expect(waiting.pending).toHaveLength(1);
    expect(reduce(waiting, start).pending).toHaveLength(0);
  });

  it("stay with the reason when they are refused, and only once", () => {
    const refusal: ServerEvent = { type: "error", message: "m", code: "rate_limited", client_id: "a" };
    const refused = play([{ type: "request", request }, refusal], loaded);
    expect(refused.pending).toEqual([
      { request, after: 0, refused: { code: "rate_limited", message: "m", later: 10 } },
    ]);
    expect(reduce(refused, { type: "request", request }).pending).toEqual([{ request, after: 0 }]);
    const later = play(
      [
        { type: "request", request },
        { ...refusal, retry_after: 42 },
      ],
      loaded,
    );
    expect(later.pending[0]!.refused!.later).toBe(42);
  });
});

describe("messages that were sent before this page was there", () => {
  const sent = (client_id: string) => ({ request: { type: "message", content: client_id, client_id } }) as const;
  const refused = (later?: number) => ({ code: "c", message: "m", later });

  it("are on their way again, before what is sent now, and each once", () => {
    const now = reduce(loaded, { type: "request", request: sent("b").request });
    const both = reduce(now, { type: "waiting", items: [sent("a"), { ...sent("b"), refused: refused() }] });
    expect(both.pending).toEqual([sent("a"), { ...sent("b"), after: 0 }]);
    expect(reduce(both, { type: "waiting", items: [sent("a")] })).toBe(both);
  });

  it("keep their files where they are sent again", () => {
    const files = [{ key: "k", name: "a.png", bytes: 1, type: "image/png" }];
    const now = reduce(loaded, { type: "request", request: sent("b").request, files });
    const again = reduce(now, { type: "request", request: { ...sent("b").request, model_id: 2 } });
    expect(again.pending).toEqual([{ request: { ...sent("b").request, model_id: 2 }, files, after: 0 }]);
  });

  it("stay refused where only a person can send them again", () => {
    const items = [
      { ...sent("a"), refused: refused() },
      { ...sent("b"), refused: refused(9) },
    ];
    expect(reduce(loaded, { type: "waiting", items }).pending).toEqual([items[0], sent("b")]);
  });

  it("take nothing away that was said after them", () => {
    const all = [message(1), message(2), message(3), message(4)];
    const shown = play([{ type: "latest", page: { messages: all, has_more: false } }]);
    const again = play([start, chunk("text 2", "c"), done], shown);
    expect(texts(again)).toEqual(["text 1", "text 2", "text 3", "text 4"]);
    const edited = play([
      { type: "latest", page: { messages: [message(3, { parent_id: null }), message(4)], has_more: false } },
    ]);
    expect(reduce(edited, start)).toMatchObject({ messages: edited.messages, stale: true });
  });
});

describe("versions", () => {
  const history = { messages: [message(1), message(2), message(3), message(4)], has_more: false };
  const shown = play([{ type: "latest", page: history }]);

  it("an edited message takes the place of the old one and of what followed", () => {
    const edited: ServerEvent = {
      type: "start",
      user_message: message(5, { parent_id: null, version: 2, versions: 2 }),
      message: message(6, { content: "" }),
    };
    expect(reduce(shown, edited).messages.map((m) => m.id)).toEqual([5, 6]);
  });

  it("another reply takes the place of the last", () => {
    const again: ServerEvent = {
      type: "start",
      user_message: message(3),
      message: message(6, { parent_id: 3, version: 2, versions: 2 }),
    };
    expect(reduce(shown, again).messages.map((m) => m.id)).toEqual([1, 2, 3, 6]);
  });

  it("an activated version brings what is under it", () => {
    const page = { messages: [message(1), message(6, { parent_id: 1, version: 2 }), message(7)], has_more: false };
    expect(reduce(shown, { type: "activated", page }).messages.map((m) => m.id)).toEqual([1, 6, 7]);
  });

  it("a reply at a place that is not loaded asks for the history", () => {
    const later = play([{ type: "latest", page: { messages: [message(21), message(22)], has_more: true } }]);
    expect(reduce(later, start).stale).toBe(true);
  });
});

describe("a switch elsewhere", () => {
  const shown = play([{ type: "latest", page: { messages: [message(1), message(2)], has_more: false } }]);

  it("asks for the history where another message is the last", () => {
    expect(reduce(shown, { type: "switched", message_id: 4 }).stale).toBe(true);
  });

  it("is nothing new to whoever switched", () => {
    expect(reduce(shown, { type: "switched", message_id: 2 })).toBe(shown);
  });
});

describe("pages", () => {
  it("older messages come in front once, whatever overlaps", () => {
    const first = play([{ type: "latest", page: { messages: [message(3), message(4)], has_more: true } }]);
    const page = { messages: [message(1), message(2), message(3)], has_more: false };
    const both = reduce(first, { type: "older", page });
    expect(both.messages.map((m) => m.id)).toEqual([1, 2, 3, 4]);
    expect(both).toMatchObject({ firstIndex: -2, hasMore: false });
  });

  it("a reload keeps older messages, and the objects of what did not change", () => {
    const all = [message(1), message(2), message(3), message(4)];
    const before = play([{ type: "latest", page: { messages: all, has_more: false } }]);
    const after = reduce(before, { type: "latest", page: { messages: structuredClone(all.slice(2)), has_more: true } });
    expect(after.messages).toEqual(all);
    expect(after.messages[3]).toBe(before.messages[3]);
    expect(after.hasMore).toBe(false);
  });
});
