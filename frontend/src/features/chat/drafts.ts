/** What was typed and not yet sent, per conversation. */
import { computed, effect, signal, untracked } from "@preact/signals";
import { store, stored } from "../../browser/storage";
import { account } from "../account/account";
import { putFilesBack } from "../files/drafts";
import { keepWaiting, waitingIn } from "./waiting";

const key = (conversationId: number | null) => `draft:${conversationId ?? "new"}` as const;

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

/** The page went away while the conversation of a first message was being made. */
function takeBackFirst(): void {
  const left = waitingIn(null);
  for (const { request, files } of left) {
    if ("content" in request) putBack(null, request.content);
    putFilesBack(null, files);
  }
  keepWaiting(null, left, []);
}

const person = computed(() => account.value?.id);
effect(() => void (person.value && untracked(takeBackFirst)));
