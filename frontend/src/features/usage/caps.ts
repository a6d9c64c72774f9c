/** The limits of what may be used that a person is under: their own, and the operator's. */
import { computed, effect, signal, untracked } from "@preact/signals";
import { api, patient } from "../../api/client";
import type { Cap, CapSet, CapWarning, Model } from "../../api/types";
import { lazy } from "../../browser/lazy";
import { account } from "../account/account";
import { answering } from "../endpoints/models";

/** Undefined while they are not known. */
export const caps = signal<Cap[] | undefined>(undefined);
/** What the end of a reply has told of a limit, until they are read again. */
const told = signal<CapWarning | null>(null);

/** The server's clock may be behind. */
const SLACK_MILLISECONDS = 5_000;
const LONGEST_TIMER = 2 ** 31 - 1;
let timer: ReturnType<typeof setTimeout> | undefined;

/** What is said of limits; most people have none. */
export const words = lazy(() => import("./capTexts"));

/** Those that count what is sent to the model that answers. */
const covering = computed(() => caps.value?.filter((cap) => answering.value && covers(cap, answering.value)) ?? []);

/** The one of which the least part is left; not that of the server's settings, which the account tells. */
export const tightest = computed(() => nearest(covering.value.filter(({ id }) => id !== null)));

/** The one that will soon be reached, if any. */
export const nearing = computed<CapWarning | undefined>(
  () => told.value ?? nearest(covering.value.filter(({ warning }) => warning)),
);

function covers({ target, connection_id, model_id }: Cap, { id, connection }: Model): boolean {
  if (target === "shared") return connection.shared;
  if (target === "connection") return connection.id === connection_id;
  return target === "all" || id === model_id;
}

/** How much of it is left, from 0 to 1. */
export function partLeft({ left, amount }: Pick<Cap, "left" | "amount">): number {
  return amount ? left / amount : 0;
}

function nearest(of: Cap[]): Cap | undefined {
  return of.reduce<Cap | undefined>(
    (least, cap) => (least && partLeft(least) <= partLeft(cap) ? least : cap),
    undefined,
  );
}

/** Throws `ApiError`. */
export async function loadCaps(): Promise<void> {
  const asked = account.peek()?.id;
  const found = await patient("GET /usage/caps");
  if (account.peek()?.id === asked) learn(found.caps);
}

let last: Promise<unknown> = Promise.resolve();

/**
 * Changes one's own, one change after the other: each sets all of them anew, of what there is by then, also where that
 * was set elsewhere. Throws `ApiError`.
 */
export function changeCaps(change: (own: Cap[]) => CapSet[]): Promise<void> {
  const doing = last.then(async () => {
    await loadCaps();
    const own = change(caps.value!.filter(isOwn));
    learn((await api("PUT /usage/caps", { body: { caps: own } })).caps);
    tabs.postMessage(null);
  });
  last = doing.catch(() => undefined);
  return doing;
}

export function isOwn({ source }: Cap): boolean {
  return source === "user";
}

/** A reply has ended, or was refused: less is left. */
export function noticeUse(warning?: CapWarning): void {
  told.value = warning ?? null;
  if (caps.peek()?.length || warning) renew();
}

function learn(found: Cap[]): void {
  told.value = null;
  caps.value = found;
  clearTimeout(timer);
  if (!found.length) return;
  const next = Math.min(...found.map(({ resets_at }) => Date.parse(resets_at))) - Date.now();
  timer = setTimeout(renew, Math.min(Math.max(next, 0) + SLACK_MILLISECONDS, LONGEST_TIMER));
}

function renew(): void {
  void loadCaps().catch(() => undefined);
}

const tabs = new BroadcastChannel("caps");
tabs.onmessage = renew;

/** Other devices use them up as well. */
addEventListener("visibilitychange", () => {
  if (!document.hidden && caps.peek()?.length) renew();
});

const person = computed(() => account.value?.id);
effect(() => {
  if (person.value !== undefined) untracked(renew);
});
