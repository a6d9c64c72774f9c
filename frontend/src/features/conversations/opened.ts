/** What is open about a conversation: its menu, its name being changed, its instructions, what a model was sent. */
import { signal } from "@preact/signals";
import type { Conversation, Folder } from "../../api/types";
import type { Anchor } from "../../ui/Popover";

/** Where a conversation stands: in the list, or over its thread. */
export type Place = "list" | "title";

export const menuOf = signal<{ conversation: Conversation; anchor: Anchor; place: Place } | null>(null);
export const renaming = signal<{ id: number; place: Place } | null>(null);
export const instructionsOf = signal<Conversation | null>(null);
export const sentOf = signal<Conversation | null>(null);

/** The folder that is given another name; or, with none, what a new one is made for. */
export interface FolderNamed {
  folder?: Folder;
  conversation?: Conversation | null;
}
export const folderNamed = signal<FolderNamed | null>(null);

/** Of a button that opens the menu, for those who cannot see it. */
export function opensMenu(id: number, place: Place) {
  const open = menuOf.value;
  return { "aria-haspopup": "menu", "aria-expanded": open?.conversation.id === id && open.place === place } as const;
}
