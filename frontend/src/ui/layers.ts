/** What lies over the page. */
import { signal } from "@preact/signals";

/** The modal dialogs that are open, the uppermost last: only what stands in that one can be reached. */
export const dialogs = signal<string[]>([]);

/** What the whole page has one of. */
export const overlay = signal<"find" | "keyboard" | null>(null);

export function toggleOverlay(name: "find" | "keyboard"): void {
  overlay.value = overlay.value === name ? null : name;
}
