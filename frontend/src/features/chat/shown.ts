/**
 * What is shown of a thread: the messages as they will be once the request that is on its way is
 * answered. The thread itself waits for the server, so a refusal puts everything back.
 */
import type { Message } from "../../api/types";
import { ahead, type Pending, type Thread } from "./thread";

export interface Shown {
  messages: Message[];
  /** The request whose reply has its place under the messages. */
  ahead: Pending | undefined;
  /** Messages that were refused; other requests are told of where they were made. */
  refused: Pending[];
  /** How many of those others were refused, so that what they had changed is as it was. */
  putBack: number;
}

export function shown(thread: Thread): Shown {
  const next = ahead(thread);
  const refused = thread.pending.filter((item) => item !== next && item.refused);
  return {
    messages: next ? foreseen(thread.messages, next) : thread.messages,
    ahead: next,
    refused: refused.filter((item) => item.request.type === "message"),
    putBack: refused.filter((item) => item.request.type !== "message").length,
  };
}

function foreseen(messages: Message[], { request }: Pending): Message[] {
  if (request.type === "message") return messages;
  const at = messages.findIndex((message) => message.id === request.message_id);
  if (at < 0) return messages;
  const kept = messages.slice(0, at);
  return request.type === "continue" ? [...kept, goingOn(messages[at]!)] : kept;
}

function goingOn(message: Message): Message {
  return { ...message, status: "generating", finish_reason: null, error: undefined };
}
