/** What is shown of a thread while a request is on its way, and once it was refused. */
import { describe, expect, it } from "vitest";
import type { ReplyRequest, ServerEvent } from "../../src/api/types";
import { shown } from "../../src/features/chat/shown";
import { busy, emptyThread, reduce, type Thread } from "../../src/features/chat/thread";
import { message } from "./messages";

const history = [message(1), message(2), message(3), message(4, { status: "stopped", finish_reason: "stopped" })];
const thread = reduce(emptyThread, { type: "latest", page: { messages: history, has_more: false } });
const asked = (request: ReplyRequest, from: Thread = thread) => reduce(from, { type: "request", request });
const refusal = (code: string): ServerEvent => ({ type: "error", message: "m", code, client_id: "a" });
const ids = (of: Thread) => shown(of).messages.map((m) => m.id);

const say = { type: "message", content: "more", client_id: "a" } as const;
const edit = { type: "edit", message_id: 3, content: "said differently", client_id: "a" } as const;
const again = { type: "regenerate", message_id: 2, client_id: "a" } as const;
const goOn = { type: "continue", message_id: 4, client_id: "a" } as const;

describe("a request on its way", () => {
  it("of a message stands under everything", () => {
    expect(ids(asked(say))).toEqual([1, 2, 3, 4]);
    expect(shown(asked(say)).ahead?.request).toBe(say);
  });

  it("of an edit takes the place of the message and of what was below it", () => {
    expect(ids(asked(edit))).toEqual([1, 2]);
  });

  it("of another reply takes the place of the reply and of what was below it", () => {
    expect(ids(asked(again))).toEqual([1]);
  });

  it("of going on lets the reply be written again", () => {
    expect(shown(asked(goOn)).messages.at(-1)).toMatchObject({ id: 4, status: "generating", content: "text 4" });
    expect(ids(asked(goOn))).toEqual([1, 2, 3, 4]);
  });

  it("changes nothing where the place is not loaded", () => {
    expect(ids(asked({ ...edit, message_id: 99 }))).toEqual([1, 2, 3, 4]);
  });

  it("lets no other request in", () => {
    expect(busy(thread)).toBe(false);
    expect(busy(asked(again))).toBe(true);
  });
});

describe("a refusal", () => {
  it.each([edit, again, goOn])("puts everything back: $type", (request) => {
    const refused = reduce(asked(request), refusal("cannot_continue"));
    expect(shown(refused)).toMatchObject({ messages: thread.messages, ahead: undefined, refused: [], putBack: 1 });
    expect(shown(refused).messages[3]).toBe(thread.messages[3]);
    expect(busy(refused)).toBe(false);
  });

  it("leaves a message under the thread", () => {
    const refused = shown(reduce(asked(say), refusal("model_not_configured")));
    expect(refused.refused.map((item) => item.request)).toEqual([say]);
    expect(refused).toMatchObject({ ahead: undefined, putBack: 0 });
  });

  it("of a message leaves one that is sent after it ahead, and no other in", () => {
    const refused = reduce(asked(say), refusal("daily_limit_reached"));
    const both = asked({ ...say, client_id: "b" }, refused);
    const again = asked(say, both);
    expect(shown(both).ahead?.request.client_id).toBe("b");
    expect(shown(both).refused.map((item) => item.request.client_id)).toEqual(["a"]);
    expect(shown(again).refused).toEqual([]);
  });

  it("that passes by itself leaves the request ahead", () => {
    const waiting = reduce(asked(edit), refusal("too_many_replies"));
    expect(ids(waiting)).toEqual([1, 2]);
    expect(shown(waiting).ahead?.refused?.later).toBe(5);
    expect(busy(waiting)).toBe(true);
  });
});
