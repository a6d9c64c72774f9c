/** A message that is to be seen: one that was chosen in a list, or where somebody was when they left. */
import { signal } from "@preact/signals";

/** Where one begins that was chosen: what comes before it is seen to be there. */
export const TOP = 40;

export type OnReached = (box: HTMLElement, article: HTMLElement) => void;

export interface Sought {
  message: number;
  /** How far below the upper edge of the thread it begins. */
  top: number;
  /** Once it is in sight, with what scrolls it and itself. */
  onReached?: OnReached;
  /** It has been brought into sight. */
  reached?: boolean;
}

export const sought = signal<Sought | null>(null);
