import { signal } from "@preact/signals";

/** The connection whose form is open in the settings, or is to be once they are. */
export const editing = signal<number | "new" | null>(null);
