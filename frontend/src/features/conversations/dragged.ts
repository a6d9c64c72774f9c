/** The conversation that is being dragged. */
import { signal } from "@preact/signals";
import type { Conversation } from "../../api/types";

export const dragged = signal<Conversation | null>(null);

/** Handlers of a place that takes it; `isOver` hears whether it is held over the place. */
export function takes(drop: (conversation: Conversation) => void, isOver?: (is: boolean) => void) {
  return {
    onDragOver(event: DragEvent) {
      if (!dragged.value) return;
      event.preventDefault();
      isOver?.(true);
    },
    onDragLeave: () => isOver?.(false),
    onDrop(event: DragEvent) {
      isOver?.(false);
      const conversation = dragged.value;
      dragged.value = null; // its row may be gone before it is told of the end
      if (!conversation) return;
      event.preventDefault();
      drop(conversation);
    },
  };
}
