/** Who is logged in, and what the operator offers. */
import { signal } from "@preact/signals";
import { api, patient, persistent } from "../../api/client";
import { ApiError, send } from "../../api/http";
import { leave } from "../../api/session";
import type { Account, ServerOptions } from "../../api/types";
import { claimPersonal, clearPersonal } from "../../browser/storage";

export const account = signal<Account | null>(null);
export const serverOptions = signal<ServerOptions | null>(null);

/** What a person is called on the page. */
export function called({ display_name, username }: Pick<Account, "display_name" | "username">): string {
  return display_name || username;
}

/** Waits as long as it takes; a session that has ended meanwhile has no account. */
export async function loadAccount(): Promise<void> {
  const found = await persistent(() => patient("GET /auth/me")).catch(() => null);
  if (!found) return;
  if (account.value === null) claimPersonal(found.id);
  account.value = found;
}

const tabs = new BroadcastChannel("account");
tabs.onmessage = () => void loadAccount();

/** As it is from now on, here and in other tabs; without it both ask the server. */
export function changed(found?: Account): void {
  if (found) account.value = found;
  else void loadAccount();
  tabs.postMessage(null);
}

/** A message went to the model: one less is left of those that are counted. */
export function countMessage(): void {
  const who = account.value;
  if (who && who.default_model_left !== null)
    account.value = { ...who, default_model_left: Math.max(0, who.default_model_left - 1) };
}

/** Other devices use them up as well, and at midnight they are back. */
addEventListener("visibilitychange", () => {
  if (!document.hidden && account.value && account.value.default_model_left !== null) void loadAccount();
});

/** Throws `ApiError` where the server could not be told. */
export async function signOut(everywhere = false): Promise<void> {
  try {
    await api(everywhere ? "POST /auth/logout-all" : "POST /auth/logout");
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error; // it has ended already
  }
  leave();
  clearPersonal();
}

/** Without a password where there is none. Throws `ApiError`. */
export async function deleteAccount(password?: string): Promise<void> {
  await api("DELETE /auth/me", { body: { password } });
  leave();
  clearPersonal();
}

/** Once, or anew. */
export async function loadOptions(anew = false): Promise<void> {
  if (anew || !serverOptions.peek())
    serverOptions.value = await send("GET /auth/options").catch(() => serverOptions.peek());
}
