/** The files that are to go with a message, where it is written; their bytes are kept by their key. */
import { signal } from "@preact/signals";
import type { Attachment } from "../../api/types";
import { type PersonalKey, personalKeys, store, stored } from "../../browser/storage";

export interface DraftFile {
  /** What its bytes are kept under in this browser; the upload is named by it as well. */
  key: string;
  name: string;
  bytes: number;
  /** What the browser takes it for, until the server has looked. */
  type: string;
  /** As the server has it, and since when: it waits a day for its message. */
  made?: Attachment;
  madeAt?: number;
  /** Why the server does not have it. */
  failed?: { code: string; message: string };
}

/** A conversation, the one that is to begin, or a message that is being edited, which is not stored. */
export type Place = number | null | `edit-${number}`;

/** So many go with a message. */
export const MOST_FILES = 10;

/** Counts up whenever one of the lists is another. */
const changed = signal(0);
const ofEdits = new Map<Place, DraftFile[]>();

/** Subscribes whoever draws by it. */
export function filesOf(place: Place): DraftFile[] {
  void changed.value;
  return typeof place === "string" ? (ofEdits.get(place) ?? []) : parsed(keyOf(place));
}

export function keepFiles(place: Place, files: DraftFile[]): void {
  if (typeof place === "string") ofEdits.set(place, files);
  else store(keyOf(place), files.length ? JSON.stringify(files) : null);
  changed.value = changed.peek() + 1;
}

/** Files of a message that could not be sent, before those that were added since. */
export function putFilesBack(place: Place, files: DraftFile[] = []): void {
  if (files.length) keepFiles(place, joined(files, filesOf(place)));
}

/** Into the conversation that was made. */
export function moveFiles(from: Place, to: Place): void {
  const files = filesOf(from);
  if (!files.length) return;
  keepFiles(to, joined(filesOf(to), files));
  keepFiles(from, []);
}

/** Those of a message, as they stand where it is edited. */
export function draftsOf(attachments: Attachment[] = []): DraftFile[] {
  return attachments.map((made) => {
    const { name, bytes, type } = made;
    return { key: `made-${made.id}`, name, bytes, type, made, madeAt: Date.now() };
  });
}

/** It was sent before, with the message that is edited. */
export function isOfMessage({ key }: DraftFile): boolean {
  return key.startsWith("made-");
}

/** Wherever its message is being written. */
export function changeFile(key: string, change: Partial<DraftFile>): void {
  for (const place of places()) {
    const files = filesOf(place);
    if (!files.some((file) => file.key === key)) continue;
    keepFiles(
      place,
      files.map((file) => (file.key === key ? { ...file, ...change } : file)),
    );
  }
}

/** In a list of files, or in a message that waits to be sent. */
export function isNamed(key: string): boolean {
  const isEdited = [...ofEdits.values()].flat().some((file) => file.key === key);
  return isEdited || personalKeys().some((name) => stored(name)?.includes(key));
}

/** What the server has of a list. */
export function madeOf(files: DraftFile[]): Attachment[] {
  return files.flatMap(({ made }) => made ?? []);
}

/** What a request says of its files; nothing where there are none. */
export function idsOf(files: DraftFile[]): number[] | undefined {
  return files.length ? madeOf(files).map(({ id }) => id) : undefined;
}

export function isSame(files: { id: number }[] = [], others: { id: number }[] = []): boolean {
  return files.length === others.length && files.every(({ id }, at) => id === others[at]!.id);
}

function places(): Place[] {
  const kept = personalKeys().filter((name) => name.startsWith("files:"));
  return [...ofEdits.keys(), ...kept.map((name) => (name === "files:new" ? null : Number(name.slice(6))))];
}

function joined(before: DraftFile[], after: DraftFile[]): DraftFile[] {
  const known = new Set(before.map(({ key }) => key));
  return [...before, ...after.filter(({ key }) => !known.has(key))];
}

function keyOf(conversationId: number | null): PersonalKey {
  return `files:${conversationId ?? "new"}`;
}

function parsed(name: PersonalKey): DraftFile[] {
  return JSON.parse(stored(name) ?? "[]") as DraftFile[];
}
