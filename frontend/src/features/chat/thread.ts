/**
 * The one reducer of a conversation: pages of history and live events, first or resumed, in; what
 * is shown out. Pure: the same events on the same thread always make the same thread.
 */
import type { Message, MessagePage, ReplyRequest, ServerEvent } from "../../api/types";
import type { DraftFile } from "../files/drafts";
import { retryAfter } from "./retry";

/** A request that the server has not acknowledged yet. */
export interface Pending {
  request: ReplyRequest;
  /** The newest message that was there when it was made. */
  after?: number;
  /** Of a message: what goes with it, as it stood in the composer. */
  files?: DraftFile[];
  /**
   * Why the server refused it, once it did; `reason`: which cause of that code it was; `later`: it is
   * sent again after so many seconds, `until`: when there will be room for it again.
   */
  refused?: { code: string; message: string; reason?: string; later?: number; until?: string };
}

/** Messages that follow each other. */
export interface Stretch {
  messages: Message[];
  /** Index of the first message; falls below zero as older pages come in front. */
  firstIndex: number;
  /** There are older ones. */
  hasMore: boolean;
  /** There are newer ones, which are not loaded. */
  hasNewer?: boolean;
}

/** The end of the history, where it goes on; and what was gone to far above that, as long as that is read. */
export interface Thread extends Stretch {
  loaded: boolean;
  pending: Pending[];
  /** What is shown elsewhere is not loaded here: the history must be read again. */
  stale: boolean;
  /** What is read instead of the end. What lies between is not loaded. */
  apart?: Stretch;
  /** Grows with each leap to another part of the history: what was drawn before is in another place. */
  leaps: number;
}

type Refused = Extract<ServerEvent, { type: "error" }> & { until?: string };

export type ThreadEvent =
  | ServerEvent
  | Refused
  | { type: "latest"; page: MessagePage }
  | { type: "older"; page: MessagePage }
  | { type: "newer"; page: MessagePage }
  | { type: "around"; page: MessagePage }
  | { type: "to-end" }
  | { type: "activated"; page: MessagePage }
  | { type: "request"; request: ReplyRequest; files?: DraftFile[] }
  | { type: "waiting"; items: Pending[] }
  | { type: "withdraw"; client_id: string };

export const emptyThread: Thread = {
  messages: [],
  firstIndex: 0,
  hasMore: false,
  loaded: false,
  pending: [],
  stale: false,
  leaps: 0,
};

/** How far two stretches are apart by their indices: more than anybody reads. */
const FAR = 1_000_000;

export function reduce(thread: Thread, event: ThreadEvent): Thread {
  switch (event.type) {
    case "latest":
      return latest(thread, event.page);
    case "older":
      return older(thread, event.page);
    case "newer":
      return newer(thread, event.page);
    case "around":
      return around(thread, event.page);
    case "to-end":
      return toEnd(thread);
    case "activated":
      return activated(thread, event.page);
    case "request":
      return requested(thread, event.request, event.files);
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
      return event.message_id === (thread.messages.at(-1)?.id ?? null) ? thread : { ...thread, stale: true };
    case "error":
      return event.message_id === undefined ? refused(thread, event) : broken(thread, event.message_id, event);
    default:
      return thread;
  }
}

/** What is read: what was gone to, or else the end. */
export function stretchOf(thread: Thread): Stretch {
  return thread.apart ?? thread;
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

/** A request that is made again has the files that it had. */
function requested(thread: Thread, request: ReplyRequest, files?: DraftFile[]): Thread {
  const after = thread.messages.at(-1)?.id ?? 0;
  const before = thread.pending.find((item) => item.request.client_id === request.client_id);
  return {
    ...(request.type === "message" ? toEnd(thread) : thread), // what is said is said there
    pending: [...without(thread, request.client_id), { request, after, files: files ?? before?.files }],
  };
}

/** The end of the history, as the server has it now; older messages that fit on stay. */
function latest(thread: Thread, page: MessagePage): Thread {
  const first = page.messages[0];
  const kept = first ? thread.messages.findIndex((m) => m.id === first.id) : -1;
  const before = kept > 0 ? thread.messages.slice(0, kept) : [];
  return {
    ...(thread.stale ? toEnd(thread) : thread), // what was gone to may be shown no longer
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
  const placeIn = ({ messages }: Stretch) =>
    messages.findIndex((m) => m.id === first.id || m.parent_id === first.parent_id);
  const here = thread.apart && placeIn(thread.apart) >= 0 ? endingApart(thread) : toEnd(thread);
  const at = placeIn(here);
  if (at < 0) return latest({ ...here, messages: [], firstIndex: 0 }, page);
  return { ...here, messages: [...here.messages.slice(0, at), ...page.messages] };
}

function older(thread: Thread, page: MessagePage): Thread {
  return thread.apart ? { ...thread, apart: before(thread.apart, page) } : before(thread, page);
}

function before<T extends Stretch>(stretch: T, page: MessagePage): T {
  const first = stretch.messages[0];
  const found = first ? page.messages.filter((m) => m.id < first.id) : page.messages;
  return {
    ...stretch,
    messages: [...found, ...stretch.messages],
    firstIndex: stretch.firstIndex - found.length,
    hasMore: page.has_more,
  };
}

/** What follows the stretch that was gone to. Where another version was shown meanwhile, it follows what both have. */
function newer(thread: Thread, page: MessagePage): Thread {
  const { apart } = thread;
  const first = page.messages[0];
  if (!apart) return thread;
  if (!first) return toEnd(thread); // it is part of what is shown no longer
  const parent = apart.messages.findIndex((m) => m.id === first.parent_id);
  if (parent < 0) return toEnd(thread);
  const messages = [...apart.messages.slice(0, parent + 1), ...page.messages];
  return joined({ ...thread, apart: { ...apart, messages, hasNewer: page.has_newer } });
}

/** Goes to a part of the history; where that reaches the end, it comes in front of it. */
function around(thread: Thread, page: MessagePage): Thread {
  const end = new Set(thread.messages.map(({ id }) => id));
  if (page.messages.some(({ id }) => end.has(id))) {
    const here = toEnd(thread);
    return page.messages[0]!.id < here.messages[0]!.id ? before(here, page) : here;
  }
  const firstIndex = stretchOf(thread).firstIndex - FAR;
  const apart = { messages: page.messages, firstIndex, hasMore: page.has_more, hasNewer: page.has_newer };
  return joined({ ...thread, apart, leaps: thread.leaps + 1 });
}

/** A stretch that has come to the end is the thread from there on. */
function joined(thread: Thread): Thread {
  const { apart, messages } = thread;
  const at = apart!.messages.findIndex((m) => m.id === messages[0]?.id);
  if (at >= 0) return endingApart(thread, [...apart!.messages.slice(0, at), ...messages]);
  return apart!.hasNewer ? thread : endingApart(thread); // nothing follows: the end as it was known is not shown any more
}

/** What was gone to is the end. */
function endingApart({ apart, ...thread }: Thread, messages = apart!.messages): Thread {
  const { firstIndex, hasMore } = apart!;
  return { ...thread, messages, firstIndex, hasMore };
}

function toEnd({ apart, ...thread }: Thread): Thread {
  return apart ? { ...thread, leaps: thread.leaps + 1 } : thread;
}

function start(thread: Thread, event: Extract<ServerEvent, { type: "start" }>): Thread {
  const pending = event.client_id ? without(thread, event.client_id) : thread.pending;
  if (thread.messages.some((m) => m.id === event.message.id)) {
    const afresh = () => thread.messages.map((m) => (m.id === event.message.id ? event.message : m));
    return { ...thread, pending, messages: event.resumed ? thread.messages : afresh() };
  }
  const isApart = thread.apart && placeOf(thread.apart, event.user_message) !== undefined;
  const here = isApart ? endingApart(thread) : thread;
  const at = placeOf(here, event.user_message);
  const newest = event.message.id > (thread.messages.at(-1)?.id ?? 0); // else it was sent again long after
  if (at === undefined || !newest) return { ...thread, pending, stale: true };
  const messages = [...here.messages.slice(0, at), event.user_message, event.message];
  return { ...here, messages, pending };
}

/** Where a user's message belongs in what is shown: over itself, another version, or after its parent. */
function placeOf({ messages, hasMore }: Stretch, message: Message): number | undefined {
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
  const { status, code, message, usage } = event;
  return grow(thread, id, () => ({ status, error: { code, message }, usage, cursor: undefined }));
}

function refused(thread: Thread, event: Refused): Thread {
  const { client_id, code, message, reason, until } = event;
  const why = { code, message, reason, later: retryAfter(event), until };
  const pending = thread.pending.map((item) =>
    item.request.client_id === client_id ? { ...item, refused: why } : item,
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
