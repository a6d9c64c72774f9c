/**
 * What is shown of a thread: the messages as they will be once the request that is on its way is
 * answered. The thread itself waits for the server, so a refusal puts everything back.
 */
import type { Message } from "../../api/types";
import { ahead, type Pending, type Stretch, stretchOf, type Thread } from "./thread";

export interface Shown extends Stretch {
  /** The request whose reply has its place under the messages. */
  ahead: Pending | undefined;
  /** Messages that were refused; other requests are told of where they were made. */
  refused: Pending[];
  /** How many of those others were refused, so that what they had changed is as it was. */
  putBack: number;
}

export function shown(thread: Thread): Shown {
  const here = stretchOf(thread);
  const next = ahead(thread);
  const isHere = !thread.apart || (next && placeIn(here.messages, next) >= 0);
  const refused = thread.pending.filter((item) => item !== next && item.refused);
  return {
    messages: next && isHere ? foreseen(here.messages, next) : here.messages,
    firstIndex: here.firstIndex,
    hasMore: here.hasMore,
    hasNewer: !!here.hasNewer && !(next && isHere),
    ahead: isHere ? next : undefined,
    refused: thread.apart ? [] : refused.filter((item) => item.request.type === "message"),
    putBack: refused.filter((item) => item.request.type !== "message").length,
  };
}

function placeIn(messages: Message[], { request }: Pending): number {
  return request.type === "message" ? -1 : messages.findIndex((message) => message.id === request.message_id);
}

function foreseen(messages: Message[], next: Pending): Message[] {
  const { request } = next;
  const at = placeIn(messages, next);
  if (at < 0) return messages;
  const isAsked = request.type === "regenerate" && messages[at]!.sender === "user";
  const kept = messages.slice(0, isAsked ? at + 1 : at);
  return request.type === "continue" ? [...kept, goingOn(messages[at]!)] : kept;
}

function goingOn(message: Message): Message {
  return { ...message, status: "generating", finish_reason: null, error: undefined };
}
