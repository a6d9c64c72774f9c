/** Whether the way to the files is shown: to whoever asked for it. */
import { signal } from "@preact/signals";

export const showsHow = signal(false);
