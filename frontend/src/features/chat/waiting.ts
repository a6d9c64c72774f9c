/**
 * Messages that were sent and have not begun their reply, per conversation (null: it is being made).
 * They are stored until the server has them, with the name that makes it safe to send them again.
 */
import { store, stored } from "../../browser/storage";
import type { Pending } from "./thread";

const key = (conversationId: number | null) => `waiting:${conversationId ?? "new"}` as const;

export function waitingIn(conversationId: number | null): Pending[] {
  return JSON.parse(stored(key(conversationId)) ?? "[]") as Pending[];
}

/** What has words of the person in it; those of an edit are where it was made, once it is refused. */
function isKept({ request, refused }: Pending): boolean {
  return request.type === "message" || (request.type === "edit" && (!refused || refused.later !== undefined));
}

/** Stores what is pending now in place of what was; messages of other tabs stay. */
export function keepWaiting(conversationId: number | null, before: Pending[], now: Pending[]): void {
  if (before === now) return;
  const known = new Set([...before, ...now].map(({ request }) => request.client_id));
  const others = waitingIn(conversationId).filter(({ request }) => !known.has(request.client_id));
  const kept = [...others, ...now.filter(isKept)];
  store(key(conversationId), kept.length ? JSON.stringify(kept) : null);
}
