/** The modal dialogs that are open, the uppermost last: only what stands in that one can be reached. */
import { signal } from "@preact/signals";

export const dialogs = signal<string[]>([]);
