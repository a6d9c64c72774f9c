/** A person's keys: what programs ask for replies with. */
import { computed, effect, signal, untracked } from "@preact/signals";
import { api, patient } from "../../api/client";
import { ApiError } from "../../api/http";
import type { Key, KeyCreated } from "../../api/types";
import { account } from "../account/account";
import { surely } from "../account/fresh";
import type { KeyTerms } from "./typedKey";

/** Undefined while they are not known. */
export const keys = signal<Key[] | undefined>(undefined);

/** Throws `ApiError`. */
export async function loadKeys(): Promise<void> {
  const asked = account.peek()?.id;
  const found = await patient("GET /auth/keys");
  if (account.peek()?.id === asked) keys.value = found.keys;
}

/** The answer alone has the key itself. */
export async function makeKey(terms: KeyTerms): Promise<KeyCreated> {
  const made = await changing(surely("POST /auth/keys", { body: terms }));
  if (!keys.value?.some(({ id }) => id === made.id)) keys.value = [made, ...(keys.value ?? [])];
  return made;
}

export async function changeKey({ id }: Key, change: Partial<KeyTerms>): Promise<void> {
  await changing(surely("PATCH /auth/keys/{id}", { params: { id }, body: change }));
}

/** At once, for good; one that is gone already is as well. */
export async function revokeKey({ id }: Key): Promise<void> {
  const revoked = api("DELETE /auth/keys/{id}", { params: { id } }).catch((error: unknown) => {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
  });
  await changing(revoked);
}

/** Whatever came of it, here and in other tabs: an answer may have been lost on its way. */
async function changing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } finally {
    tabs.postMessage(null);
    await loadKeys().catch(() => undefined);
  }
}

const tabs = new BroadcastChannel("keys");
tabs.onmessage = renew;

/** On other devices, too. */
addEventListener("visibilitychange", () => !document.hidden && renew());

function renew(): void {
  if (keys.peek()) void loadKeys().catch(() => undefined);
}

const person = computed(() => account.value?.id);
effect(() => {
  if (person.value !== undefined) untracked(() => (keys.value = undefined));
});
