/** What was typed and not yet sent, per conversation. */
import { signal } from "@preact/signals";
import { store, stored, storedKeys } from "../../browser/storage";
import { keepWaiting, waitingIn } from "./waiting";

const OWNER = "drafts-of";
const key = (conversationId: number | null) => `draft:${conversationId ?? "new"}`;

/** Counts up when a draft is put into the composer from outside. */
export const draftsChanged = signal(0);

export function draftOf(conversationId: number | null): string {
  return stored(key(conversationId)) ?? "";
}

export function keepDraft(conversationId: number | null, text: string): void {
  store(key(conversationId), text.trim() ? text : null);
}

export function putDraft(conversationId: number | null, text: string): void {
  keepDraft(conversationId, text);
  draftsChanged.value += 1;
}

/** Puts a message that could not be sent before what was typed since. */
export function putBack(conversationId: number | null, text: string): void {
  putDraft(conversationId, [text, draftOf(conversationId)].filter(Boolean).join("\n\n"));
}

/** Drafts outlast a login that ran out, for the person who had it; before anybody else they go. */
export function claimDrafts(userId: number): void {
  const before = stored(OWNER);
  if (before !== null && before !== String(userId)) {
    forgetDrafts();
    draftsChanged.value += 1;
  }
  store(OWNER, String(userId));
  takeBackFirst();
}

/** The page went away while the conversation of a first message was being made. */
function takeBackFirst(): void {
  const left = waitingIn(null);
  left.forEach(({ request }) => "content" in request && putBack(null, request.content));
  keepWaiting(null, left, []);
}

/** Also of what was sent and waits. */
export function forgetDrafts(): void {
  const drafts = storedKeys().filter((name) => /^(draft|waiting):/.test(name));
  drafts.forEach((name) => store(name, null));
}
