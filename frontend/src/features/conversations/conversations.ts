/** The list of conversations, most recently used first, as far as it has been loaded. */

import { signal } from "@preact/signals";
import { api, patient, pause } from "../../api/client";
import type { Conversation } from "../../api/types";
import { currentId, navigate } from "../../browser/router";
import { explainError, t } from "../../i18n";
import { conversationAt, routes } from "../../routes";
import { dismiss, notify, type Toast } from "../../ui/toasts";
import { mergeFirstPage } from "./firstPage";
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

/** What was made, used, renamed or deleted in other tabs and on other devices. */
export async function refreshConversations(): Promise<void> {
  await loading?.catch(() => undefined);
  if (moreConversations.value === undefined) return; // nothing to bring up to date
  loading ??= refresh().finally(() => (loading = undefined));
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
  const known = { has_system_prompt: !!found.system_prompt, model_id: found.model_id };
  update(id, known);
  if (id === currentId.value) opened.value = { ...found, title, ...known };
}

/** Deletes at once; the notice that says so can take it back, also before the server knows of it. */
export async function remove(conversation: Conversation): Promise<void> {
  conversations.value = without(conversation.id);
  const shown = currentId.value === conversation.id;
  if (shown) navigate(routes.start);
  const deleted = patient("DELETE /conversations/{id}", { params: { id: conversation.id } });
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
  };
  notify(notice);
  try {
    await deleted;
  } catch (error) {
    dismiss(notice);
    insert(conversation);
    throw error;
  }
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
  const { id, title, created_at, updated_at, system_prompt, model_id } = await patient(
    "POST /conversations/{id}/restore",
    {
      params: { id: conversation.id },
    },
  );
  insert({ id, title, created_at, updated_at, has_system_prompt: !!system_prompt, model_id });
}

function without(id: number): Conversation[] {
  return conversations.value.filter((item) => item.id !== id);
}

/** Where it belongs by the time of its last use. */
function insert(conversation: Conversation): void {
  const all = [...without(conversation.id), conversation];
  conversations.value = all.sort((a, b) => b.updated_at.localeCompare(a.updated_at));
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
  ];
  moreConversations.value = page.conversations.length === limit;
}

async function refresh(): Promise<void> {
  const before = conversations.value;
  const asked = moment();
  const page = await patient("GET /conversations", { params: { limit: PAGE } });
  const found = page.conversations.map((item) => ({ ...item, title: newestTitle(item.id, item.title, asked) }));
  const isFull = found.length === PAGE;
  const { items, gap } = mergeFirstPage(before, conversations.value, found, isFull);
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
