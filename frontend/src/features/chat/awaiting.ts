/** Where a message waits for its files, to be sent with them as soon as they are at the server. */
import { signal } from "@preact/signals";
import type { DraftFile } from "../files/drafts";

const places = signal<ReadonlySet<number | null>>(new Set());

/** Subscribes whoever draws by it. */
export function awaitsFiles(conversationId: number | null): boolean {
  return places.value.has(conversationId);
}

export function awaitFiles(conversationId: number | null, awaits: boolean): void {
  if (places.peek().has(conversationId) === awaits) return;
  const others = [...places.peek()].filter((id) => id !== conversationId);
  places.value = new Set(awaits ? [...others, conversationId] : others);
}

/** What comes of files that go with a message: nothing of some, or all are at the server, or are to be. */
export function stateOf(files: DraftFile[]): "failed" | "there" | "coming" {
  if (files.some(({ failed }) => failed)) return "failed";
  return files.every(({ made }) => made) ? "there" : "coming";
}
