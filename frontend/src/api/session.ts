/**
 * The login. The access token lives in this module's memory and nowhere else; the cookie that
 * renews it is out of reach for scripts. Tabs renew one at a time and hand each other the result.
 */
import { signal } from "@preact/signals";
import { alone } from "../browser/anywhere";
import { ApiError, type Second, send } from "./http";
import type { Token as Answer } from "./types";

const EARLY_SECONDS = 30;

interface Token {
  value: string;
  expiresAt: number;
}

type News = { kind: "token"; token: Token } | { kind: "login" } | { kind: "logout" };

export const loggedIn = signal<boolean | undefined>(undefined);

let token: Token | undefined;
let renewing: Promise<string> | undefined;
const tabs = new BroadcastChannel("session");

tabs.onmessage = ({ data }: MessageEvent<News>) => {
  if (data.kind === "token" && loggedIn.value) token = data.token;
  if (data.kind === "login") location.reload();
  if (data.kind === "logout") forget();
};

/** A token that is good for a while yet, not the refused one. Throws `ApiError` 401 when the session is over. */
export function accessToken(refused?: string): Promise<string> {
  if (isFresh(refused)) return Promise.resolve(token!.value);
  renewing ??= alone("session", () => (isFresh(refused) ? token!.value : renew())).finally(
    () => (renewing = undefined),
  );
  return renewing;
}

/** The token of the last request, good still or not. */
export function tokenInUse(): string | undefined {
  return token?.value;
}

/** Whether somebody is logged in, by the cookie. Never throws for "nobody". */
export async function resume(): Promise<void> {
  try {
    await accessToken();
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
  }
}

/** Of an account with a second step it gives what that takes, and nobody is logged in yet. */
export async function logIn(name: string, password: string): Promise<Second | undefined> {
  const body = { username_or_email: name, password };
  try {
    begin(await send("POST /auth/login", { body }));
  } catch (error) {
    if (error instanceof ApiError && error.second) return error.second;
    throw error;
  }
}

/** Somebody is logged in, in whatever way. */
export function begin(answer: Answer): void {
  keep(answer);
  tabs.postMessage({ kind: "login" } satisfies News);
}

/** The session is over: here and in the other tabs. */
export function leave(): void {
  tabs.postMessage({ kind: "logout" } satisfies News);
  forget();
}

function isFresh(refused?: string): boolean {
  return !!token && token.value !== refused && token.expiresAt - Date.now() > EARLY_SECONDS * 1000;
}

async function renew(): Promise<string> {
  try {
    keep(await send("POST /auth/refresh"));
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) forget();
    throw error;
  }
  tabs.postMessage({ kind: "token", token: token! } satisfies News);
  return token!.value;
}

function keep(answer: Answer): void {
  token = { value: answer.access_token, expiresAt: Date.now() + answer.expires_in * 1000 };
  loggedIn.value = true;
}

function forget(): void {
  token = undefined;
  loggedIn.value = false;
}
