/** Counts up when conversations were deleted behind the list of those that were. */
import { signal } from "@preact/signals";

export const deletions = signal(0);
