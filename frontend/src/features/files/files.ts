/** Files for the next message: how they come in. What is done with them loads with the first. */
import { signal } from "@preact/signals";
import type { Attachment } from "../../api/types";
import { uniqueId } from "../../browser/anywhere";
import { part } from "../../browser/lazy";
import { unkeptBytes } from "../../browser/storage";
import { t } from "../../i18n";
import { notify } from "../../ui/toasts";
import { type DraftFile, filesOf, keepFiles, MOST_FILES, type Place } from "./drafts";

/** What sends files ahead of their message. */
export const tray = part(() => import("./Tray"));
/** What shows those of messages. */
export const shownFiles = part(() => import("./MessageFiles"));
/** What opens one of them. */
export const viewer = part(() => import("./Viewer"));

/** What somebody opened, and among which others. */
export const viewed = signal<{ file: Attachment; among: Attachment[] } | null>(null);

/** To the message that is written there. */
export function addFiles(place: Place, files: readonly File[]): void {
  const before = filesOf(place);
  const room = Math.max(0, MOST_FILES - before.length);
  if (files.length > room) notify({ text: t().composer.mostFiles });
  const added = files.slice(0, room).map(drafted);
  if (added.length) keepFiles(place, [...before, ...added]);
}

function drafted(file: File): DraftFile {
  const key = uniqueId();
  unkeptBytes.set(key, file);
  return { key, name: file.name, bytes: file.size, type: file.type };
}

let asking: HTMLInputElement | undefined;

export type Source = "files" | "photos" | "camera";

/** Asks for files in the browser's own way. Only right after a key or a press. */
export function pickFiles(place: Place, source: Source): void {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = source !== "camera";
  if (source !== "files") input.accept = "image/*";
  if (source === "camera") input.setAttribute("capture", "environment");
  input.onchange = () => addFiles(place, [...asking!.files!]);
  asking = input; // else it may be gone before it is answered
  input.click();
  tray.warm();
}
