/** What is pasted, or dropped anywhere on the page: text goes into the composer; files, for now, nowhere. */
import { currentId } from "../../browser/router";
import { t } from "../../i18n";
import { notify } from "../../ui/toasts";
import { draftOf, putDraft } from "./drafts";

let fromHere = false;

addEventListener("dragstart", () => (fromHere = true));
addEventListener("dragend", () => (fromHere = false));
addEventListener("dragover", (event) => isOurs(event) && event.preventDefault());
addEventListener("drop", (event) => {
  if (!isOurs(event)) return;
  event.preventDefault();
  take(event.dataTransfer!);
});

/** What the browser would leave the page for: a file, or a link beside a field. */
function isOurs({ target, dataTransfer }: DragEvent): boolean {
  const isField = target instanceof Element && target.matches("input, textarea");
  return !fromHere && (dataTransfer!.types.includes("Files") || !isField);
}

/** Word processors put a picture of a text beside the text. */
function take(data: DataTransfer): void {
  const text = data.getData("text/plain");
  const id = currentId.peek();
  if (!text) sayNoFiles(data);
  else if (document.querySelector(".composer")) putDraft(id, [draftOf(id), text].filter(Boolean).join("\n\n"));
}

export function onPaste({ clipboardData }: ClipboardEvent): void {
  if (clipboardData && !clipboardData.getData("text/plain")) sayNoFiles(clipboardData);
}

function sayNoFiles(data: DataTransfer): void {
  if (data.files.length) notify({ text: t().composer.noFiles });
}
