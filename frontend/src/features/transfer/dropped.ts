/** A file that is dropped anywhere on a dialog: not into the message that is written below it. */

interface Hears {
  onOver(is: boolean): void;
  onFiles(files: File[]): void;
}

/** Until the answer is called. */
export function dropInto(box: HTMLElement, { onOver, onFiles }: Hears): () => void {
  const over = new AbortController();
  const hear = (name: "dragover" | "dragleave" | "drop", heard: (event: DragEvent) => void) =>
    box.addEventListener(
      name,
      (event) => {
        if (!event.dataTransfer?.types.includes("Files")) return;
        event.stopPropagation();
        heard(event);
      },
      { signal: over.signal },
    );
  hear("dragover", (event) => {
    event.preventDefault();
    onOver(true);
  });
  hear("dragleave", ({ relatedTarget }) => {
    if (!box.contains(relatedTarget as Node | null)) onOver(false);
  });
  hear("drop", (event) => {
    event.preventDefault();
    onOver(false);
    onFiles([...event.dataTransfer!.files]);
  });
  return () => over.abort();
}

let asking: HTMLInputElement | undefined;

/** Asks for a file in the browser's own way. Only right after a key or a press. */
export function pickFile(onFile: (file: File) => void): void {
  const input = document.createElement("input");
  input.type = "file";
  input.accept = ".zip,.json,.jsonl,application/zip,application/json";
  input.onchange = () => input.files![0] && onFile(input.files![0]);
  asking = input; // else it may be gone before it is answered
  asking.click();
}
