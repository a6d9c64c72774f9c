/** What is pasted, or dropped anywhere on the page: it goes into the message that is written. */
import { signal } from "@preact/signals";
import { currentId } from "../../browser/router";
import type { Place } from "../files/drafts";
import { addFiles, tray } from "../files/files";
import { draftOf, putDraft } from "./drafts";

/** Files are held over the page. */
export const dropping = signal(false);

let fromHere = false;

addEventListener("dragstart", () => (fromHere = true));
addEventListener("dragend", () => (fromHere = false));
addEventListener("dragover", (event) => {
  if (!isOurs(event)) return;
  event.preventDefault();
  dropping.value = event.dataTransfer!.types.includes("Files") && isWritten();
  if (dropping.value) tray.warm();
});
addEventListener("dragleave", ({ relatedTarget }) => {
  if (!relatedTarget) dropping.value = false; // out of the window
});
addEventListener("drop", (event) => {
  const ours = isOurs(event);
  dropping.value = fromHere = false; // what was dragged may be gone from its place, and then says no more
  if (!ours) return;
  event.preventDefault();
  take(event.dataTransfer!, placeOf(event.target));
});

/** What the browser would leave the page for: a file, or a link beside a field. */
function isOurs({ target, dataTransfer }: DragEvent): boolean {
  const isField = target instanceof Element && target.matches("input, textarea");
  return !fromHere && (dataTransfer!.types.includes("Files") || !isField);
}

function isWritten(): boolean {
  return document.querySelector(".composer") !== null;
}

/** The message that is edited there, or the next one. */
function placeOf(target: EventTarget | null): Place {
  const edited = target instanceof Element && target.closest<HTMLElement>(".edit")?.dataset.edited;
  return edited ? `edit-${Number(edited)}` : currentId.peek();
}

function take(data: DataTransfer, place: Place): void {
  if (!isWritten()) return;
  const id = currentId.peek();
  const text = data.getData("text/plain");
  if (isOfFiles(data)) addFiles(place, [...data.files]);
  else if (text) putDraft(id, [draftOf(id), text].filter(Boolean).join("\n\n"));
}

/** Word processors put a picture of a text beside the text; others the name or the address beside a file. */
function isOfFiles(data: DataTransfer): boolean {
  const text = data.getData("text/plain").trim();
  const isAbout = [...data.files].some(({ name }) => text.endsWith(name)) || /^\S+:\/\/\S+$/.test(text);
  return data.files.length > 0 && (!text || isAbout);
}

export function onPaste(event: ClipboardEvent): void {
  const { clipboardData: data, target } = event;
  if (!data || !isOfFiles(data)) return;
  event.preventDefault();
  addFiles(placeOf(target), [...data.files]);
}
