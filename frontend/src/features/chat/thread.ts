/**
 * The one reducer of a conversation: pages of history and live events, first or resumed, in; what
 * is shown out. Pure: the same events on the same thread always make the same thread.
 */
import type { Message, MessagePage, ReplyRequest, ServerEvent } from "../../api/types";
import { retryAfter } from "./retry";

/** A request that the server has not acknowledged yet. */
export interface Pending {
  request: ReplyRequest;
  /** The newest message that was there when it was made. */
  after?: number;
  /** Why the server refused it, once it did; `later`: it is sent again after so many seconds. */
  refused?: { code: string; message: string; later?: number };
}

export interface Thread {
  messages: Message[];
  /** Index of the first message; falls below zero as older pages come in front. */
  firstIndex: number;
  hasMore: boolean;
  loaded: boolean;
  pending: Pending[];
  /** What is shown elsewhere is not loaded here: the history must be read again. */
  stale: boolean;
}

export type ThreadEvent =
  | ServerEvent
  | { type: "latest"; page: MessagePage }
  | { type: "older"; page: MessagePage }
  | { type: "activated"; page: MessagePage }
  | { type: "request"; request: ReplyRequest }
  | { type: "waiting"; items: Pending[] }
  | { type: "withdraw"; client_id: string };

export const emptyThread: Thread = {
  messages: [],
  firstIndex: 0,
  hasMore: false,
  loaded: false,
  pending: [],
  stale: false,
};

export function reduce(thread: Thread, event: ThreadEvent): Thread {
  switch (event.type) {
    case "latest":
      return latest(thread, event.page);
    case "older":
      return older(thread, event.page);
    case "activated":
      return activated(thread, event.page);
    case "request":
      return requested(thread, event.request);
    case "waiting":
      return waiting(thread, event.items);
    case "withdraw":
      return { ...thread, pending: without(thread, event.client_id) };
    case "start":
      return start(thread, event);
    case "chunk":
      return grow(thread, event.message_id, (m) => ({ content: m.content + event.content, cursor: event.id }));
    case "reasoning":
      return grow(thread, event.message_id, (m) => ({
        reasoning: (m.reasoning ?? "") + event.content,
        cursor: event.id,
      }));
    case "done":
      return grow(thread, event.message_id, () => ({
        status: event.status,
        finish_reason: event.finish_reason,
        usage: event.usage,
        left_out: event.left_out as Message["left_out"],
        cursor: undefined,
      }));
    case "switched":
      return event.message_id === thread.messages.at(-1)?.id ? thread : { ...thread, stale: true };
    case "error":
      return event.message_id === undefined ? refused(thread, event) : broken(thread, event.message_id, event);
    default:
      return thread;
  }
}

/** The reply that is being written, if one is. */
export function running(thread: Thread): Message | undefined {
  const last = thread.messages.at(-1);
  return last?.status === "generating" ? last : undefined;
}

/** The request that will be answered without anybody doing anything more, if there is one. */
export function ahead(thread: Thread): Pending | undefined {
  return thread.pending.find((item) => !item.refused || item.refused.later !== undefined);
}

/** Another request has to wait. */
export function busy(thread: Thread): boolean {
  return !!running(thread) || !!ahead(thread);
}

function requested(thread: Thread, request: ReplyRequest): Thread {
  const after = thread.messages.at(-1)?.id ?? 0;
  return { ...thread, pending: [...without(thread, request.client_id), { request, after }] };
}

/** The end of the history, as the server has it now; older messages that fit on stay. */
function latest(thread: Thread, page: MessagePage): Thread {
  const first = page.messages[0];
  const kept = first ? thread.messages.findIndex((m) => m.id === first.id) : -1;
  const before = kept > 0 ? thread.messages.slice(0, kept) : [];
  return {
    ...thread,
    messages: [...before, ...page.messages.map((message) => unchanged(thread, message))],
    hasMore: before.length ? thread.hasMore : page.has_more,
    firstIndex: kept >= 0 ? thread.firstIndex : 0,
    loaded: true,
    stale: false,
  };
}

/** The object that is shown already, where nothing has changed: it is not drawn again. */
function unchanged(thread: Thread, message: Message): Message {
  const shown = thread.messages.find((m) => m.id === message.id);
  return shown && JSON.stringify(shown) === JSON.stringify(message) ? shown : message;
}

/** Another version is shown: the page replaces everything from its first message's place on. */
function activated(thread: Thread, page: MessagePage): Thread {
  const first = page.messages[0];
  if (!first) return thread;
  const at = thread.messages.findIndex((m) => m.id === first.id || m.parent_id === first.parent_id);
  if (at < 0) return latest({ ...thread, messages: [], firstIndex: 0 }, page);
  return { ...thread, messages: [...thread.messages.slice(0, at), ...page.messages] };
}

function older(thread: Thread, page: MessagePage): Thread {
  const first = thread.messages[0];
  const before = first ? page.messages.filter((m) => m.id < first.id) : page.messages;
  return {
    ...thread,
    messages: [...before, ...thread.messages],
    firstIndex: thread.firstIndex - before.length,
    hasMore: page.has_more,
  };
}

function start(thread: Thread, event: Extract<ServerEvent, { type: "start" }>): Thread {
  const pending = event.client_id ? without(thread, event.client_id) : thread.pending;
  if (thread.messages.some((m) => m.id === event.message.id)) {
    const afresh = () => thread.messages.map((m) => (m.id === event.message.id ? event.message : m));
    return { ...thread, pending, messages: event.resumed ? thread.messages : afresh() };
  }
  const at = placeOf(thread, event.user_message);
  const newest = event.message.id > (thread.messages.at(-1)?.id ?? 0); // else it was sent again long after
  if (at === undefined || !newest) return { ...thread, pending, stale: true };
  const messages = [...thread.messages.slice(0, at), event.user_message, event.message];
  return { ...thread, messages, pending };
}

/** Where a user's message belongs in what is shown: over itself, another version, or after its parent. */
function placeOf({ messages, hasMore }: Thread, message: Message): number | undefined {
  const itself = messages.findIndex((m) => m.id === message.id);
  if (itself >= 0) return itself;
  const version = messages.findIndex((m) => m.parent_id === message.parent_id);
  if (version >= 0) return version;
  const parent = messages.findIndex((m) => m.id === message.parent_id);
  if (parent >= 0) return parent + 1;
  return message.parent_id === null && !hasMore ? 0 : undefined;
}

function grow(thread: Thread, id: number, change: (message: Message) => Partial<Message>): Thread {
  const at = thread.messages.findLastIndex((m) => m.id === id);
  if (at < 0) return thread;
  const messages = thread.messages.slice();
  messages[at] = { ...messages[at]!, ...change(messages[at]!) };
  return { ...thread, messages };
}

function broken(thread: Thread, id: number, event: Extract<ServerEvent, { type: "error" }>): Thread {
  const { status, code, message } = event;
  return grow(thread, id, () => ({ status, error: { code, message }, cursor: undefined }));
}

function refused(thread: Thread, event: Extract<ServerEvent, { type: "error" }>): Thread {
  const { client_id, code, message } = event;
  const reason = { code, message, later: retryAfter(event) };
  const pending = thread.pending.map((item) =>
    item.request.client_id === client_id ? { ...item, refused: reason } : item,
  );
  return { ...thread, pending };
}

/** Messages that were sent before this page was there; whoever had to wait need not any longer. */
function waiting(thread: Thread, items: Pending[]): Thread {
  const known = new Set(thread.pending.map(({ request }) => request.client_id));
  const found = items.filter(({ request }) => !known.has(request.client_id));
  if (!found.length) return thread;
  const due = found.map((item) => (item.refused?.later === undefined ? item : { ...item, refused: undefined }));
  return { ...thread, pending: [...due, ...thread.pending] };
}

function without(thread: Thread, clientId: string): Pending[] {
  return thread.pending.filter((item) => item.request.client_id !== clientId);
}
