/** The conversation on the screen, live: its connection, and what the server tells over that. */

import { batch, effect, untracked } from "@preact/signals";
import { api, patient } from "../../api/client";
import { ConversationSocket } from "../../api/socket";
import type { Message, ServerEvent } from "../../api/types";
import { type Newest, newest } from "../../browser/newest";
import { currentId } from "../../browser/router";
import { account, countMessage } from "../account/account";
import { expectEnd, opened, readConversation, retitle, titleOf, touch } from "../conversations/conversations";
import { answeringId, loadModels, noticeModel } from "../endpoints/models";
import { tray, viewed } from "../files/files";
import { beginThread, dispatch, ended, gone, openId, PAGE, request, socket, thread } from "./current";
import { noticeLeft, withReset } from "./limits";
import { GONE } from "./model";
import { seek } from "./seek";
import { TOP } from "./sought";
import { noticeArrived } from "./takenBack";
import { busy, running } from "./thread";
import { findVersion } from "./versions";
import { waitingIn } from "./waiting";

let queue: ServerEvent[] = [];
/** The server has answered on this connection, so that from now on it shows whatever begins. */
let attached = false;
let switching = noSwitching();

/**
 * Versions that are asked for in this conversation: of two that follow each other quickly the newer one is shown.
 * `wanted`: the one that was asked for last. `heard`: what the server told of one meanwhile.
 */
interface Switching {
  order: Newest;
  wanted?: { message: Message; version: number };
  heard?: ServerEvent;
}

function noSwitching(): Switching {
  return { order: newest() };
}

export function openConversation(id: number | null): void {
  if (id === openId) return;
  socket.peek()?.close();
  if (openId !== null && busy(thread.peek())) expectEnd(openId);
  queue = [];
  switching = noSwitching();
  batch(() => {
    beginThread(id);
    opened.value = null;
    viewed.value = null;
    socket.value = id === null ? null : connect(id);
    if (id !== null && account.value) takeUp(id); // else they may be somebody else's
  });
}

/** What was sent here before and has not begun its reply is on its way again. */
function takeUp(id: number): void {
  dispatch({ type: "waiting", items: waitingIn(id) });
}

/** Shows the version of a message that is so many further on, here where the conversation is still open by then. */
export async function showVersion(message: Message, step: number): Promise<void> {
  const here = switching;
  const from = here.wanted?.message === message ? here.wanted.version : message.version;
  const version = Math.min(Math.max(from + step, 1), message.versions);
  here.wanted = { message, version };
  try {
    let found: number | undefined;
    const page = await here.order.ask(async () => {
      found = await findVersion(message, version);
      return found && patient("POST /messages/{id}/activate", { params: { id: found } });
    });
    if (!page || !found || here !== switching) return;
    dispatch({ type: "activated", page });
    const isFarUp = !thread.value.messages.some(({ id }) => id === found);
    if (isFarUp) void seek({ message: found, top: TOP }).catch(() => undefined);
  } catch (error) {
    here.wanted = undefined;
    throw error;
  } finally {
    if (here === switching && here.heard && !here.order.busy()) enqueue(here.heard);
  }
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
  if (event.type === "switched" && switching.order.busy()) {
    switching.heard = event; // the answer is on its way
    return;
  }
  const isAsked = event.type === "start" && namesModel(event.client_id);
  dispatch(withReset(event));
  const id = openId!;
  if (event.type === "title") retitle(id, event.title);
  if (event.type === "start") noticeArrived(id);
  if (event.type === "start" && !event.resumed) {
    touch(id);
    countMessage();
    if (tray.isThere()) void tray()!.sweep();
    if (!isAsked) notice(id, event.message);
  }
  noticeLeft(event);
  if (event.type === "done") void noticeUnseen(event.message_id).catch(() => undefined);
  if (event.type === "error" && GONE.has(event.code)) void loadModels();
  if (event.type === "error" && event.client_id) sendLater(event.client_id);
  if ((event.type === "done" || event.type === "error") && event.message_id) ended.value = { id: event.message_id };
}

/** Its model's server may have refused the pictures that it was asked about. */
async function noticeUnseen(replyId: number): Promise<void> {
  const { messages } = thread.peek();
  const asked = messages.findLast(({ id }) => id === replyId)?.parent_id;
  const question = messages.findLast(({ id }) => id === asked);
  if (question?.attachments) await (await import("../files/unseen")).noticeUnseen(question);
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
  const { order } = switching;
  await order.idle();
  const asked = order.count();
  const page = await patient("GET /conversations/{id}/messages", { params: { id, limit: PAGE } });
  if (id !== openId || !attached) return;
  if (order.count() !== asked) return catchUp(id); // another version is shown since
  apply();
  const last = page.messages.at(-1);
  const missed = last && !thread.value.messages.some((message) => message.id === last.id);
  if (missed && !running(thread.value)) dispatch({ type: "latest", page });
}

effect(() => {
  const id = currentId.value;
  untracked(() => openConversation(id));
});
