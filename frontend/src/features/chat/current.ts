/** The conversation on the screen: its thread, and what is asked for in it. */

import { computed, signal } from "@preact/signals";
import { patient } from "../../api/client";
import type { ConversationSocket } from "../../api/socket";
import type { ReplyRequest } from "../../api/types";
import { setReplying } from "../conversations/conversations";
import type { DraftFile } from "../files/drafts";
import { meant } from "./model";
import { sought } from "./sought";
import { emptyThread, reduce, running, stretchOf, type Thread, type ThreadEvent } from "./thread";
import { keepWaiting } from "./waiting";

export const PAGE = 50;

export const thread = signal<Thread>(emptyThread);
export const socket = signal<ConversationSocket | null>(null);
/** Requests on their way, and refused ones; told apart from the growing text of replies. */
export const pending = computed(() => thread.value.pending);
/** The conversation at this address does not exist, or is somebody else's. */
export const gone = signal(false);

/** The reply that was the last to end, for those who watch. */
export const ended = signal({ id: 0 });

/** Whose thread this is; null before there is a conversation. */
export let openId: number | null = null;
/** What is being loaded at either end of what is shown, by the leap that led there. */
const loading = new Map<"older" | "newer", { leaps: number; done: Promise<void> }>();

/** Begins another thread, of which nothing is there yet. */
export function beginThread(id: number | null): void {
  openId = id;
  loading.clear();
  sought.value = null;
  thread.value = emptyThread;
  gone.value = false;
}

export function dispatch(event: ThreadEvent): void {
  const before = thread.value;
  thread.value = reduce(before, event);
  keepWaiting(openId, before.pending, thread.value.pending);
  if (openId !== null && thread.value.loaded) setReplying(openId, !!running(thread.value));
}

/** Files are given where it is made; made again it has the same. */
export function request(asked: ReplyRequest, files?: DraftFile[]): void {
  const event = meant(openId, asked);
  dispatch({ type: "request", request: event, files });
  socket.value?.send(event);
}

export function stop(): void {
  if (socket.value?.send({ type: "stop" })) return;
  if (openId === null) return;
  void patient("POST /conversations/{id}/stop", { params: { id: openId } }).catch(() => undefined);
}

export function loadOlder(limit = PAGE): Promise<void> {
  const { messages, hasMore } = stretchOf(thread.value);
  return hasMore && messages[0] ? load("older", { limit, before_id: messages[0].id }) : Promise.resolve();
}

export function loadNewer(): Promise<void> {
  const { messages, hasNewer } = stretchOf(thread.value);
  return hasNewer ? load("newer", { limit: PAGE, after_id: messages.at(-1)!.id }) : Promise.resolve();
}

/** Once at a time; what comes after a leap elsewhere is not wanted any more. */
function load(type: "older" | "newer", place: { limit: number; before_id?: number; after_id?: number }): Promise<void> {
  const id = openId!;
  const { leaps } = thread.value;
  const known = loading.get(type);
  if (known?.leaps === leaps) return known.done;
  const done = patient("GET /conversations/{id}/messages", { params: { id, ...place } })
    .then((page) => {
      if (id === openId && leaps === thread.value.leaps) dispatch({ type, page });
    })
    .finally(() => loading.get(type)?.done === done && loading.delete(type));
  loading.set(type, { leaps, done });
  return done;
}
