/** A person's imports, and the one that has not ended, which goes on whatever page is shown. */
import { computed, signal } from "@preact/signals";
import { api, pause } from "../../api/client";
import { ApiError } from "../../api/http";
import type { ImportRead } from "../../api/schema";
import { isReadable } from "../../api/upload";
import { navigate } from "../../browser/router";
import { store } from "../../browser/storage";
import { sectionAt } from "../../routes";
import { dismiss, notify, type Toast } from "../../ui/toasts";
import { refreshConversations } from "../conversations/conversations";
import { deletions } from "../conversations/deletions";
import { loadOrder } from "../conversations/folders";
import { tellTabs } from "../conversations/tabs";
import { arrived, send, sending, stopSending } from "./sending";
import { text } from "./texts";
import { outcome } from "./words";

const PAGE = 10;
/** Most imports are over soon; a long one is asked for now and then. */
const LOOK_MILLISECONDS = [300, 700, 1500];
const LATER_MILLISECONDS = 4000;

/** Newest first, as far as they are loaded. */
export const imports = signal<ImportRead[] | undefined>(undefined);
export const moreImports = signal(false);
/** So much a file may have; 0 until that is known. */
export const maxBytes = signal(0);
export const current = computed(() => imports.value?.find(isOpen));
/** Of a file that is not sent from here: how much of it has arrived, and whether more comes from elsewhere. */
export const received = signal<{ bytes: number; grows: boolean } | null>(null);
/** Why the last file was not taken. */
export const refusal = signal<{ code: string; message?: string } | null>(null);
/** The one that came to its end before somebody's eyes. */
export const justEnded = signal<ImportRead | null>(null);
/** Whether the page of the imports is open: elsewhere a notice tells how one ended. */
export const isShown = signal(false);

export function isOpen({ status }: ImportRead): boolean {
  return status === "uploading" || status === "waiting" || status === "running";
}

/** Reads the list from its beginning, or the part that follows. Throws `ApiError`. */
export async function loadImports(next = false): Promise<void> {
  const known = (next && imports.value) || [];
  const page = await api("GET /imports", { params: { limit: PAGE, before_id: known.at(-1)?.id } });
  imports.value = [...known, ...page.imports];
  moreImports.value = page.has_more;
  maxBytes.value = page.max_bytes;
}

/** Begins an import with a file, or goes on with the one that waits for it. */
export async function take(file: File): Promise<void> {
  const waiting = current.value;
  const code = await faultOf(file, waiting);
  refusal.value = code ? { code } : null;
  if (code || sending.value) return;
  justEnded.value = null;
  store("open:import", "1");
  try {
    const sent = await send(file, waiting, imports.value?.[0]?.id ?? 0, put);
    if (sent) put(sent);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    refusal.value = error;
    await loadImports().catch(() => undefined);
    if (!isShown.value) tell(text().refused(file.name));
  }
  watch();
}

async function faultOf(file: File, waiting: ImportRead | undefined): Promise<string | undefined> {
  if (maxBytes.value && file.size > maxBytes.value) return "import_too_large";
  if (waiting?.size != null && waiting.size !== file.size) return "another_file";
  return (await isReadable(file)) ? undefined : "file_unreadable";
}

/** What it has brought in stays. Throws `ApiError`. */
export async function cancel(): Promise<void> {
  stopSending();
  if (!current.value) await loadImports(); // it was on its way to be begun
  const one = current.value;
  if (one) await api("DELETE /imports/{id}", { params: { id: one.id } });
  if (one) await lookAt(one);
}

/** Its conversations are deleted, as by hand. Throws `ApiError`. */
export async function undo({ id }: ImportRead): Promise<void> {
  put(await api("POST /imports/{id}/undo", { params: { id } }));
  watch();
}

/** After a reload: tells of a file that is not sent on by itself. */
export async function goOn(): Promise<void> {
  await loadImports();
  const one = current.value;
  if (!one) return store("open:import", null);
  if (one.status === "uploading") {
    await lookAtFile(one);
    await pause(LATER_MILLISECONDS); // another tab may be sending it
    await lookAtFile(one);
    if (!received.value?.grows && !sending.value && !isShown.value) tell(text().waitsFor(one.name), true);
  }
  watch();
}

let watching = false;

/** Looks now and then at what is not over yet, until all is. */
export function watch(): void {
  if (watching) return;
  watching = true;
  void lookOn().finally(() => (watching = false));
}

async function lookOn(): Promise<void> {
  for (let look = 0; ; look++) {
    if (!imports.value?.some(isWatched)) return;
    await pause(LOOK_MILLISECONDS[look] ?? LATER_MILLISECONDS);
    for (const one of imports.value.filter(isWatched)) {
      try {
        await (one.status === "uploading" ? lookAtFile(one) : lookAt(one));
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) return;
      }
    }
  }
}

/** Where the file has to be chosen again, that is seen on the page of the imports alone. */
function isWatched(one: ImportRead): boolean {
  if (one.status === "uploading") return isShown.value && !sending.value;
  return isOpen(one) || one.undo === "running";
}

async function lookAtFile(one: ImportRead): Promise<void> {
  const bytes = await arrived(one.id);
  received.value = { bytes, grows: !!received.value && bytes > received.value.bytes };
  if (bytes === one.size) await lookAt(one);
}

async function lookAt(one: ImportRead): Promise<void> {
  const now = await api("GET /imports/{id}", { params: { id: one.id } });
  put(now);
  const isOver = isOpen(one) && !isOpen(now);
  const isUndone = one.undo === "running" && now.undo === "done";
  if (isOver) {
    received.value = null;
    justEnded.value = now;
    store("open:import", null);
  }
  if (isOver && !isShown.value && now.status !== "cancelled") tell(outcome(now));
  if (isUndone) deletions.value++;
  if (isUndone || (isOver && now.created + now.updated > 0)) await showInList();
}

/** Conversations have come or gone all over the list. */
async function showInList(): Promise<void> {
  tellTabs("all");
  await refreshConversations(true);
  await loadOrder();
}

function put(changed: ImportRead): void {
  const known = imports.value ?? [];
  const isNew = !known.some(({ id }) => id === changed.id);
  imports.value = isNew ? [changed, ...known] : known.map((one) => (one.id === changed.id ? changed : one));
}

/** On whatever page is shown, with the way to the imports. */
function tell(words: string, stays?: boolean): void {
  const run = () => {
    dismiss(notice);
    navigate(sectionAt("data"));
  };
  const notice: Toast = { text: words, about: "import", action: { label: text().show, run }, stays };
  notify(notice);
}
