/** Pinning, archiving, and what is done with folders. Each can be taken back where it moves something. */
import { patient } from "../../api/client";
import type { Conversation, Folder } from "../../api/types";
import { currentId } from "../../browser/router";
import { t } from "../../i18n";
import { dismiss, notify, type Toast, tell } from "../../ui/toasts";
import { archive, insert, noticePlaced, opened } from "./conversations";
import { folders, loadFolder, loadFolders, unfold, unfolded } from "./folders";
import { text } from "./orderTexts";
import { tellTabs } from "./tabs";

type Place = Pick<Conversation, "pinned" | "archived" | "folder_id">;
/** Of the API, between the orders of two new folders. */
const STEP = 1024;

export function pin(conversation: Conversation, pinned: boolean): void {
  void place(conversation, { pinned }).catch(tell);
}

export function putAway(conversation: Conversation, archived: boolean): void {
  const { title } = conversation;
  const said = archived ? text().archived(title) : text().unarchived(title);
  void placeAndTell(conversation, { archived }, said);
}

export function move(conversation: Conversation, folder_id: number | null): void {
  if ((conversation.folder_id ?? null) === folder_id) return;
  const folder = folders.value.find(({ id }) => id === folder_id);
  const { title } = conversation;
  const said = folder ? text().moved(title, folder.name) : text().movedOut(title);
  void placeAndTell(conversation, { folder_id }, said);
}

/** Out of the archive. Throws where the server refuses. */
export async function takeOut(conversation: Conversation): Promise<void> {
  await place(conversation, { archived: false });
}

/** Makes the change at once, and offers to take it back. */
async function placeAndTell(conversation: Conversation, change: Place, said: string): Promise<void> {
  const { pinned = null, archived = null, folder_id = null } = conversation;
  const before: Place = { pinned, archived, folder_id };
  const back = Object.fromEntries(Object.keys(change).map((name) => [name, before[name as keyof Place]]));
  const done = place(conversation, change);
  const notice: Toast = {
    text: said,
    action: {
      label: t().common.undo,
      run: () => {
        dismiss(notice);
        void done.then(() => place({ ...conversation, ...change }, back)).catch(tell);
      },
    },
    undoes: true,
  };
  notify(notice);
  try {
    await done;
  } catch (error) {
    dismiss(notice);
    tell(error);
  }
}

/** Here at once, and where the server refuses it as it was. */
async function place(conversation: Conversation, change: Place): Promise<void> {
  const { id } = conversation;
  noticePlaced(id);
  show({ ...conversation, ...change });
  try {
    await patient("PATCH /conversations/{id}", { params: { id }, body: change });
  } catch (error) {
    show(conversation);
    throw error;
  } finally {
    noticePlaced(id);
  }
  tellTabs(id);
  await loadFolders();
}

function show(conversation: Conversation): void {
  if (conversation.archived) archive(conversation);
  else insert(conversation);
  if (currentId.value === conversation.id) opened.value = conversation;
}

/** A new folder, and into it what it is made for. */
export async function createFolder(name: string, conversation: Conversation | null): Promise<void> {
  const made = await patient("POST /folders", { body: { name } });
  folders.value = [...folders.value, made];
  unfold(made.id, true);
  tellTabs(null);
  if (conversation) move(conversation, made.id);
}

export async function nameFolder(folder: Folder, name: string): Promise<void> {
  const named = await patient("PATCH /folders/{id}", { params: { id: folder.id }, body: { name } });
  folders.value = folders.value.map((item) => (item.id === named.id ? named : item));
  tellTabs(null);
}

/** One place up or down. */
export async function shiftFolder(folder: Folder, by: -1 | 1): Promise<void> {
  const all = folders.value.filter((item) => item !== folder);
  const at = folders.value.indexOf(folder) + by;
  const orders = between(all[at - 1]?.order, all[at]?.order);
  all.splice(at, 0, folder);
  folders.value = all;
  const changed =
    orders === null
      ? all.map((item, index) => ({ item, order: (index + 1) * STEP }))
      : [{ item: folder, order: orders }];
  for (const { item, order } of changed)
    await patient("PATCH /folders/{id}", { params: { id: item.id }, body: { order } });
  tellTabs(null);
  await loadFolders();
}

/** A whole number that lies between two; null where there is none. */
function between(low: number | undefined, high: number | undefined): number | null {
  if (low === undefined) return high === undefined ? STEP : high - STEP;
  if (high === undefined) return low + STEP;
  const middle = Math.floor((low + high) / 2);
  return middle > low && middle < high ? middle : null;
}

/** The folder goes; what is in it stays. */
export async function removeFolder(folder: Folder): Promise<void> {
  await patient("DELETE /folders/{id}", { params: { id: folder.id } });
  folders.value = folders.value.filter((item) => item !== folder);
  unfold(folder.id, false);
  tellTabs(null);
}

export function toggleFolder({ id }: Folder): void {
  const is = !unfolded.value.has(id);
  unfold(id, is);
  if (is) void loadFolder(id).catch(tell);
}
