/** The conversation on the screen: its thread, its socket, and what a person can do in it. */

import { batch, computed, effect, signal, untracked } from "@preact/signals";
import { api, patient } from "../../api/client";
import { ConversationSocket } from "../../api/socket";
import type { Message, Preset, ReplyRequest, ServerEvent } from "../../api/types";
import { uniqueId } from "../../browser/anywhere";
import { currentId, navigateBelow, route } from "../../browser/router";
import { t } from "../../i18n";
import { conversationAt } from "../../routes";
import { notify } from "../../ui/toasts";
import { account, countMessage, loadAccount } from "../account/account";
import {
  createConversation,
  expectEnd,
  opened,
  readConversation,
  retitle,
  setReplying,
  titleOf,
  touch,
} from "../conversations/conversations";
import { answeringId, loadModels, noticeModel, templated } from "../endpoints/models";
import { draftOf, keepDraft, putBack, putDraft } from "./drafts";
import { equip, GONE, meant } from "./model";
import { keepTaken, takenIn, without } from "./taken";
import { busy, emptyThread, type Pending, reduce, running, type Thread, type ThreadEvent } from "./thread";
import { findVersion } from "./versions";
import { keepWaiting, waitingIn } from "./waiting";

const PAGE = 50;

export const thread = signal<Thread>(emptyThread);
export const socket = signal<ConversationSocket | null>(null);
/** Requests on their way, and refused ones; told apart from the growing text of replies. */
export const pending = computed(() => thread.value.pending);
/** The conversation at this address does not exist, or is somebody else's. */
export const gone = signal(false);

/** The reply that was the last to end, for those who watch. */
export const ended = signal({ id: 0 });

let openId: number | null = null;
let queue: ServerEvent[] = [];
let olderRequest: Promise<void> | undefined;
/** The server has answered on this connection, so that from now on it shows whatever begins. */
let attached = false;

export function dispatch(event: ThreadEvent): void {
  const before = thread.value;
  thread.value = reduce(before, event);
  keepWaiting(openId, before.pending, thread.value.pending);
  if (openId !== null && thread.value.loaded) setReplying(openId, !!running(thread.value));
}

export function openConversation(id: number | null): void {
  if (id === openId) return;
  socket.peek()?.close();
  if (openId !== null && busy(thread.peek())) expectEnd(openId);
  openId = id;
  queue = [];
  olderRequest = undefined;
  batch(() => {
    thread.value = emptyThread;
    gone.value = false;
    opened.value = null;
    socket.value = id === null ? null : connect(id);
    if (id !== null && account.value) takeUp(id); // else they may be somebody else's
  });
}

/** What was sent here before and has not begun its reply is on its way again. */
function takeUp(id: number): void {
  dispatch({ type: "waiting", items: waitingIn(id) });
}

/** Say something; the first message of all makes the conversation. */
export async function say(content: string): Promise<void> {
  const model_id = openId === null ? answeringId() : undefined;
  const message = { type: "message", content, client_id: nameOf(content), model_id } as const;
  request(message);
  if (openId === null) await begin(message, templated.peek());
}

function nameOf(content: string): string {
  const taken = openId === null ? null : takenIn(openId);
  if (taken) keepTaken(openId!, null);
  return taken?.content === content ? taken.client_id : uniqueId();
}

/** First messages that were taken back while their conversation was being made. */
const unwanted = new Set<string>();

/** Whoever has gone elsewhere meanwhile stays there; the message is sent once they are back. */
async function begin(message: ReplyRequest & { type: "message" }, preset: Preset | null): Promise<void> {
  const first = [{ request: message, after: 0 }];
  const isWanted = () => !unwanted.has(message.client_id);
  try {
    const made = await createConversation(isWanted);
    if (!made) return;
    keepWaiting(made.id, [], first);
    await equip(made.id, message.model_id, preset);
    if (openId === null && isHere()) goTo(made.id, message);
  } catch (error) {
    if (!isWanted()) return;
    dispatch({ type: "withdraw", client_id: message.client_id });
    putBack(null, message.content);
    throw error;
  } finally {
    keepWaiting(null, first, []);
  }
}

/** At a conversation or the start, also below the settings. */
function isHere(): boolean {
  const { page } = route.peek();
  return page === "chat" || page === "settings";
}

/** Into the conversation that was made, with what was typed since. */
function goTo(id: number, message: ReplyRequest): void {
  keepDraft(id, draftOf(null));
  keepDraft(null, "");
  batch(() => {
    openConversation(id);
    dispatch({ type: "latest", page: { messages: [], has_more: false } });
    request(message);
    navigateBelow(conversationAt(id));
  });
}

export function request(asked: ReplyRequest): void {
  const event = meant(openId, asked);
  dispatch({ type: "request", request: event });
  socket.value?.send(event);
}

/** Takes back a request that was refused; what a message said goes into the composer again. */
export function withdraw({ request }: Pending): void {
  dispatch({ type: "withdraw", client_id: request.client_id });
  if (request.type === "message") putBack(openId, request.content);
}

/** Takes back what has not been answered: its words are in the composer again. */
export function takeBack(item: Pending): void {
  const { request, after = thread.value.messages.at(-1)?.id ?? 0 } = item;
  withdraw(item);
  if (request.type === "edit") putBack(openId, request.content);
  if (request.type !== "message") return;
  if (openId === null) return void unwanted.add(request.client_id);
  keepTaken(openId, { client_id: request.client_id, content: request.content, after });
  noticeArrived(openId);
}

/** What was taken back had arrived already: it need not be said again. */
function noticeArrived(id: number): void {
  const taken = takenIn(id);
  const isTaken = ({ id, sender, content }: Message) =>
    sender === "user" && id > taken!.after && content === taken!.content;
  if (!taken || !thread.value.messages.some(isTaken)) return;
  keepTaken(id, null);
  putDraft(id, without(taken.content, draftOf(id)));
  notify({ text: t().thread.arrived });
}

export function stop(): void {
  if (socket.value?.send({ type: "stop" })) return;
  if (openId === null) return;
  void patient("POST /conversations/{id}/stop", { params: { id: openId } }).catch(() => undefined);
}

/** Shows another version of a message, here where the conversation is still open by then. */
export async function showVersion(message: Message, version: number): Promise<void> {
  const id = openId;
  const found = await findVersion(message, version);
  if (found === undefined) return;
  const page = await patient("POST /messages/{id}/activate", { params: { id: found } });
  if (id === openId) dispatch({ type: "activated", page });
}

export function loadOlder(limit = PAGE): Promise<void> {
  const { messages, hasMore } = thread.value;
  const id = openId;
  if (id === null || !hasMore || !messages[0]) return Promise.resolve();
  const params = { id, limit, before_id: messages[0].id };
  olderRequest ??= patient("GET /conversations/{id}/messages", { params })
    .then((page) => id === openId && dispatch({ type: "older", page }))
    .then(() => undefined)
    .finally(() => (olderRequest = undefined));
  return olderRequest;
}

function connect(id: number): ConversationSocket {
  let opened = false;
  return new ConversationSocket(id, {
    async prepare(signal) {
      const [page] = await Promise.all([
        // The socket waits where that is refused, and says so.
        api("GET /conversations/{id}/messages", { params: { id, limit: PAGE }, signal }),
        knowTitle(id, signal),
      ]);
      if (signal.aborted) return undefined;
      queue = [];
      attached = false;
      dispatch({ type: "latest", page });
      takeUp(id);
      noticeArrived(id);
      return running(thread.value)?.cursor ?? undefined;
    },
    onOpen() {
      for (const { request, refused } of thread.value.pending) if (!refused) socket.value?.send(request);
      socket.value?.send({ type: "ping" });
    },
    onEvent(event) {
      enqueue(event);
      if (event.type !== "pong" || attached) return;
      attached = true;
      void catchUp(id).catch(() => undefined);
      // The model names a conversation after its first reply; others may while nobody is connected.
      if (opened || thread.value.messages.length <= 2) void readConversation(id).catch(() => undefined);
      opened = true;
    },
    onGone: () => (gone.value = true),
  });
}

async function knowTitle(id: number, signal: AbortSignal): Promise<void> {
  if (titleOf(id) === undefined) await readConversation(id, signal);
}

/** All events of a frame make one change of the page; a page that nobody sees has no frames. */
function enqueue(event: ServerEvent): void {
  queue.push(event);
  if (queue.length > 1) return;
  const id = openId;
  const flush = () => id === openId && apply();
  if (document.hidden) setTimeout(flush, 100);
  else requestAnimationFrame(flush);
}

function apply(): void {
  const events = queue;
  queue = [];
  batch(() => events.forEach(applyOne));
  if (thread.value.stale) socket.value?.reconnect(); // what comes meanwhile has no place to go to
}

function applyOne(event: ServerEvent): void {
  const isAsked = event.type === "start" && namesModel(event.client_id);
  dispatch(event);
  const id = openId!;
  if (event.type === "title") retitle(id, event.title);
  if (event.type === "start") noticeArrived(id);
  if (event.type === "start" && !event.resumed) {
    touch(id);
    countMessage();
    if (!isAsked) notice(id, event.message);
  }
  if (event.type === "error" && event.code === "daily_limit_reached") void loadAccount(); // used up elsewhere
  if (event.type === "error" && GONE.has(event.code)) void loadModels();
  if (event.type === "error" && event.client_id) sendLater(event.client_id);
  if ((event.type === "done" || event.type === "error") && event.message_id) ended.value = { id: event.message_id };
}

/** Another reply was asked for with a model of its own. */
function namesModel(clientId: string | undefined): boolean {
  return thread.peek().pending.some(({ request }) => request.client_id === clientId && !!request.model_id);
}

/** Another model than is named here was chosen elsewhere. */
function notice(id: number, { model_id }: Message): void {
  noticeModel(model_id);
  if (model_id && model_id !== answeringId()) void readConversation(id).catch(() => undefined);
}

function sendLater(clientId: string): void {
  const id = openId;
  const waiting = () => thread.value.pending.find((item) => item.request.client_id === clientId);
  const seconds = waiting()?.refused?.later;
  if (seconds === undefined) return;
  setTimeout(() => {
    const item = id === openId && waiting();
    if (item) request(item.request);
  }, seconds * 1000);
}

/** Brings in what began and ended between reading the history and being attached. */
async function catchUp(id: number): Promise<void> {
  const page = await patient("GET /conversations/{id}/messages", { params: { id, limit: PAGE } });
  if (id !== openId || !attached) return;
  apply();
  const last = page.messages.at(-1);
  const missed = last && !thread.value.messages.some((message) => message.id === last.id);
  if (missed && !running(thread.value)) dispatch({ type: "latest", page });
}

effect(() => {
  const id = currentId.value;
  untracked(() => openConversation(id));
});
