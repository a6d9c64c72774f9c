/** The whole conversation on paper. What makes it is loaded once the page has nothing else to do. */
import { signal } from "@preact/signals";
import { lazy } from "../../browser/lazy";
import { currentId } from "../../browser/router";

/** All that is loaded is drawn, and what is folded is open. */
export const printing = signal(false);

export const paper = lazy(() => import("./print"));

addEventListener("beforeprint", () => (printing.value = true));
addEventListener("afterprint", () => (printing.value = false));
// The browser's own way to print does not wait for what is still to be loaded.
addEventListener("keydown", (event) => {
  const { ctrlKey, metaKey, altKey, shiftKey, key } = event;
  if (!(ctrlKey || metaKey) || altKey || shiftKey || key.toLowerCase() !== "p" || currentId.peek() === null) return;
  event.preventDefault();
  void printConversation();
});

/** Prints the conversation on the screen from its beginning on, as soon as it is loaded. */
export async function printConversation(): Promise<void> {
  const made = await import("./print").catch(() => undefined);
  await (made ? made.printWhole() : print());
}
