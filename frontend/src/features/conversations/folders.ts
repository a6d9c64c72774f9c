/** Where conversations stand besides the list: pinned, and in folders. */
import { computed, signal } from "@preact/signals";
import { patient } from "../../api/client";
import type { Conversation, Folder } from "../../api/types";
import { store, stored } from "../../browser/storage";
import { conversations, merge } from "./conversations";

const PAGE = 100;
const PINNED = "pinned";

export const folders = signal<Folder[]>([]);
export const pinned = computed(() => conversations.value.filter((item) => item.pinned));
/** Under their headings of time: what is shown above is shown once. */
export const unsorted = computed(() => conversations.value.filter((item) => !item.pinned && !folderOf(item)));
/** What is unfolded: folders by their id; and whether the pins are folded away. */
export const unfolded = signal<ReadonlySet<number>>(new Set(kept().filter((item) => typeof item === "number")));
export const pinsFolded = signal(kept().includes(PINNED));
/** Folders of which there is more to load. */
export const moreIn = signal<ReadonlySet<number>>(new Set());
/** The last one that was loaded of each. */
const lastIn = new Map<number, Conversation>();

/** The folder that a conversation stands in, where that is known. */
export function folderOf({ folder_id }: Conversation): Folder | undefined {
  return folders.value.find((folder) => folder.id === folder_id);
}

export function inFolder(id: number): Conversation[] {
  return conversations.value.filter((item) => item.folder_id === id && !item.pinned);
}

/** Pins and folders, as the server has them; what is unfolded is read anew. */
export async function loadOrder(): Promise<void> {
  const pins = patient("GET /conversations", { params: { pinned: true, limit: PAGE } });
  await Promise.all([pins.then((page) => merge(page.conversations, (item) => !!item.pinned)), loadFolders()]);
}

let isWanted = false;

/** Read once something shows them. */
export function wantOrder(): void {
  if (isWanted) return;
  isWanted = true;
  loadOrder().catch(() => (isWanted = false));
}

export async function loadFolders(): Promise<void> {
  const found = await patient("GET /folders");
  folders.value = found.folders;
  const open = found.folders.filter(({ id }) => unfolded.value.has(id));
  await Promise.all(open.map(({ id }) => loadFolder(id)));
}

/** The first part of what is in a folder, or the next one. */
export async function loadFolder(folder_id: number, next = false): Promise<void> {
  const last = next ? lastIn.get(folder_id) : undefined;
  const params = { folder_id, limit: PAGE, before: last?.updated_at, before_id: last?.id };
  const page = await patient("GET /conversations", { params });
  const isFull = page.conversations.length === PAGE;
  const isGone = (item: Conversation) => item.folder_id === folder_id;
  merge(page.conversations, next || isFull ? undefined : isGone);
  const end = page.conversations.at(-1);
  if (end) lastIn.set(folder_id, end);
  const others = [...moreIn.value].filter((id) => id !== folder_id);
  moreIn.value = new Set(isFull ? [...others, folder_id] : others);
}

export function unfold(id: number, is: boolean): void {
  const others = [...unfolded.value].filter((other) => other !== id);
  unfolded.value = new Set(is ? [...others, id] : others);
  keep();
}

export function foldPins(is: boolean): void {
  pinsFolded.value = is;
  keep();
}

function keep(): void {
  store("open:lists", JSON.stringify([...unfolded.value, ...(pinsFolded.value ? [PINNED] : [])]));
}

function kept(): unknown[] {
  return JSON.parse(stored("open:lists") ?? "[]") as unknown[];
}
