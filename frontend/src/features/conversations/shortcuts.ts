/** Keys that work everywhere on the page. */

import { signal } from "@preact/signals";
import { navigate } from "../../browser/router";
import { routes } from "../../routes";
import { undoLast } from "../../ui/toasts";

export const COMMAND_KEY = /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘" : "Ctrl";

export const switcherOpen = signal(false);

addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.isComposing) return;
  const key = event.key.toLowerCase();
  if (key === "k" && !event.shiftKey) {
    event.preventDefault();
    switcherOpen.value = !switcherOpen.value;
  } else if (key === "o" && event.shiftKey) {
    event.preventDefault();
    navigate(routes.start);
  } else if (key === "z" && !event.shiftKey && !isWriting(event.target) && undoLast()) event.preventDefault();
});

/** What was written has an undoing of its own. */
function isWriting(target: EventTarget | null): boolean {
  return (target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement) && target.value !== "";
}
