/** The list of conversations, most recently used first, as far as it has been loaded. */

import { signal } from "@preact/signals";
import { api, patient, pause } from "../../api/client";
import type { Conversation } from "../../api/types";
import { currentId, navigate } from "../../browser/router";
import { explainError, t } from "../../i18n";
import { conversationAt, routes } from "../../routes";
import { change, dismiss, notify, type Toast, toasts } from "../../ui/toasts";
import { linksTo } from "../sharing/opened";
import { byUse, mergeFirstPage } from "./firstPage";
import { moment, newestTitle } from "./titles";

const PAGE = 40;
/** By then a title has come: replies are short or long. */
const TITLED_SECONDS = [3, 10, 30];
/** How often the end of a long reply is looked for that nobody watches. */
const LOOK_SECONDS = 30;

export const conversations = signal<Conversation[]>([]);
export const moreConversations = signal<boolean | undefined>(undefined);
/** The one that is open, as the server told it: the list may not have reached it. */
export const opened = signal<Conversation | null>(null);
/** Those in which a reply is being written, as far as this page knows. */
export const replying = signal<ReadonlySet<number>>(new Set());
/** The end of the last page: the next one begins after it. */
let last: Conversation | undefined;
let loading: Promise<void> | undefined;

/** The next page; whatever is being loaded already comes first. */
export function loadConversations(limit = PAGE): Promise<void> {
  loading ??= load(limit).finally(() => (loading = undefined));
  return loading;
}

/** What was made, used, renamed or deleted in other tabs and on other devices; `anew`: also far down the list. */
export async function refreshConversations(anew = false): Promise<void> {
  await loading?.catch(() => undefined);
  if (moreConversations.value === undefined) return; // nothing to bring up to date
  loading ??= refresh(anew).finally(() => (loading = undefined));
  return loading;
}

/** A new one, at the top of the list; null where nobody wants it any more once it is there: then it is gone again. */
export async function createConversation(isWanted: () => boolean): Promise<Conversation | null> {
  const made = await patient("POST /conversations");
  const conversation = { ...made, updated_at: made.created_at };
  if (!isWanted()) {
    conversations.value = without(made.id);
    void patient("DELETE /conversations/{id}", { params: { id: made.id } }).catch(() => undefined);
    return null;
  }
  conversations.value = [conversation, ...conversations.value];
  return conversation;
}

export async function rename(id: number, title: string): Promise<void> {
  const before = titleOf(id);
  retitle(id, title);
  try {
    await patient("PATCH /conversations/{id}", { params: { id }, body: { title } });
    retitle(id, title); // newer than what was asked for while it was on its way
  } catch (error) {
    if (before !== undefined && titleOf(id) === title) retitle(id, before);
    throw error;
  }
}

export function conversationOf(id: number | null): Conversation | undefined {
  const listed = conversations.value.find((item) => item.id === id);
  return listed ?? (opened.value?.id === id ? opened.value! : undefined);
}

/** Undefined for a conversation that the list has not reached. */
export function titleOf(id: number): string | undefined {
  return conversations.value.find((item) => item.id === id)?.title;
}

/** The conversation was said to be called so, now or when that was asked; the title it has by now. */
export function retitle(id: number, title: string, at?: number): string {
  const newest = newestTitle(id, title, at);
  if (titleOf(id) !== newest) update(id, { title: newest });
  return newest;
}

/** What the server knows of it now, for the list and for the page that shows it. */
export async function readConversation(id: number, signal?: AbortSignal): Promise<void> {
  const asked = moment();
  const found = await api("GET /conversations/{id}", { params: { id }, signal });
  const title = retitle(id, found.title, asked);
  if ((placedAt.get(id) ?? 0) > asked) return; // the next to be told reads it anew
  const known = { ...found, title, has_system_prompt: !!found.system_prompt };
  if (found.archived) conversations.value = without(id);
  update(id, pick(known));
  if (id === currentId.value) opened.value = pick(known);
}

/** Deletes at once; the notice that says so can take it back, also before the server knows of it. */
export async function remove(conversation: Conversation): Promise<void> {
  conversations.value = without(conversation.id);
  const shown = currentId.value === conversation.id;
  if (shown) navigate(routes.start);
  const links = linksTo(conversation.id); // asked while there are any
  const deleted = links.then(() => patient("DELETE /conversations/{id}", { params: { id: conversation.id } }));
  const takeBack = () => deleted.then(() => undo(notice, conversation, shown)).catch(() => undefined);
  const notice: Toast = {
    text: t().list.deleted(conversation.title),
    action: {
      label: t().common.undo,
      run: () => {
        dismiss(notice);
        void takeBack();
      },
    },
    undoes: true,
    about: `deleted conversation:${conversation.id}`,
  };
  notify(notice);
  try {
    await deleted;
  } catch (error) {
    dismiss(notice);
    insert(conversation);
    throw error;
  }
  const ended = await links;
  if (ended && toasts.peek().includes(notice))
    change(notice, { text: t().list.deletedWithLinks(conversation.title, ended) });
}

/** A conversation was used: to the top, under the title it has now. */
export function touch(id: number, title?: string): void {
  const known = conversations.value.find((item) => item.id === id);
  if (known) {
    const used = { ...known, title: title ?? known.title, updated_at: new Date().toISOString() };
    conversations.value = [used, ...without(id)];
  } else refreshQuietly(); // it was made elsewhere
}

export function update(id: number, change: Partial<Conversation>): void {
  if (opened.value?.id === id) opened.value = { ...opened.value, ...change };
  conversations.value = conversations.value.map((item) => (item.id === id ? { ...item, ...change } : item));
}

async function undo(notice: Toast, conversation: Conversation, show: boolean): Promise<void> {
  dismiss(notice);
  try {
    await restore(conversation);
  } catch (error) {
    const again: Toast = {
      text: explainError(error),
      action: { label: t().common.retry, run: () => void undo(again, conversation, show) },
      undoes: true,
    };
    return notify(again);
  }
  if (show) navigate(conversationAt(conversation.id));
}

/** Brings a deleted conversation back into the list. */
export async function restore(conversation: Conversation): Promise<void> {
  const found = await patient("POST /conversations/{id}/restore", { params: { id: conversation.id } });
  insert(pick({ ...found, has_system_prompt: !!found.system_prompt }));
}

/** What the list keeps of one. */
function pick(from: Conversation): Conversation {
  const { id, title, created_at, updated_at, has_system_prompt, model_id, pinned, archived } = from;
  const { folder_id, continued_from } = from;
  return {
    ...{ id, title, created_at, updated_at, has_system_prompt, model_id, pinned, archived },
    ...{ folder_id, continued_from },
  };
}

/** What another list told; those that this is said of and that it did not tell are there no longer, or elsewhere. */
export function merge(found: Conversation[], isTold?: (item: Conversation) => boolean): void {
  const told = new Set(found.map(({ id }) => id));
  const others = conversations.value.filter(({ id }) => !told.has(id));
  const moved = (item: Conversation) => ({ ...item, pinned: null, folder_id: null });
  conversations.value = [...found, ...others.map((item) => (isTold?.(item) ? moved(item) : item))].sort(byUse);
}

function without(id: number): Conversation[] {
  return conversations.value.filter((item) => item.id !== id);
}

/** Where it belongs by the time of its last use. */
export function insert(conversation: Conversation): void {
  if (conversation.archived) return;
  conversations.value = [...without(conversation.id), conversation].sort(byUse);
}

/** When it was last put elsewhere from here: what was asked before knows nothing of it. */
const placedAt = new Map<number, number>();

/** It is being put elsewhere, or was. */
export function noticePlaced(id: number): void {
  placedAt.set(id, moment());
}

/** It is out of the list. */
export function archive({ id }: Conversation): void {
  conversations.value = without(id);
}

async function load(limit: number): Promise<void> {
  const params = { limit, before: last?.updated_at, before_id: last?.id };
  const asked = moment();
  const page = await patient("GET /conversations", { params });
  const known = new Set(conversations.value.map((item) => item.id));
  const found = page.conversations.filter((item) => !known.has(item.id));
  last = page.conversations.at(-1) ?? last;
  conversations.value = [
    ...conversations.value,
    ...found.map((item) => ({ ...item, title: newestTitle(item.id, item.title, asked) })),
  ].sort(byUse);
  moreConversations.value = page.conversations.length === limit;
}

async function refresh(anew: boolean): Promise<void> {
  const before = conversations.value;
  const asked = moment();
  const page = await patient("GET /conversations", { params: { limit: PAGE } });
  const found = page.conversations.map((item) => ({ ...item, title: newestTitle(item.id, item.title, asked) }));
  const isFull = found.length === PAGE;
  const { items, gap } = mergeFirstPage(before, conversations.value, found, isFull, anew);
  if (gap) last = found.at(-1);
  conversations.value = items;
  moreConversations.value = isFull && (gap || moreConversations.value);
}

export function setReplying(id: number, is: boolean): void {
  if (replying.value.has(id) === is) return;
  const others = [...replying.value].filter((other) => other !== id);
  replying.value = new Set(is ? [...others, id] : others);
}

/** A conversation was left while its reply runs: its end and its title come later, and no socket tells. */
export function expectEnd(id: number): void {
  for (const seconds of TITLED_SECONDS) setTimeout(refreshQuietly, seconds * 1000);
  void lookForEnd(id).catch(() => setReplying(id, false));
}

/** Looks at the times when a title is looked for, then now and again, until it has ended or is open here. */
async function lookForEnd(id: number): Promise<void> {
  for (let look = 0; ; look++) {
    await pause((TITLED_SECONDS[look] ?? LOOK_SECONDS) * 1000);
    if (!replying.value.has(id) || currentId.value === id) return;
    const page = await patient("GET /conversations/{id}/messages", { params: { id, limit: 1 } });
    if (currentId.value === id) return; // its thread tells
    setReplying(id, page.messages.at(-1)?.status === "generating");
  }
}

/** For what nobody asked for: the next time will do. */
function refreshQuietly(): void {
  void refreshConversations().catch(() => undefined);
}

addEventListener("online", refreshQuietly);
addEventListener("visibilitychange", () => !document.hidden && refreshQuietly());
