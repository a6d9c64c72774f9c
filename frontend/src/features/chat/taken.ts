/**
 * A message that was taken back while the connection was lost, per conversation: the server may have
 * it all the same. Sent again as it was, it bears the same name, so that it is never there twice.
 */
import { store, stored } from "../../browser/storage";
import type { DraftFile } from "../files/drafts";

export interface Taken {
  client_id: string;
  content: string;
  files?: DraftFile[];
  /** The newest message that was known then. */
  after: number;
}

const key = (conversationId: number) => `taken:${conversationId}` as const;

export function takenIn(conversationId: number): Taken | null {
  return JSON.parse(stored(key(conversationId)) ?? "null") as Taken | null;
}

export function keepTaken(conversationId: number, taken: Taken | null): void {
  store(key(conversationId), taken && JSON.stringify(taken));
}

/** A draft without the message that stands at its beginning. */
export function without(content: string, draft: string): string {
  return draft === content || draft.startsWith(`${content}\n`) ? draft.slice(content.length).trimStart() : draft;
}
