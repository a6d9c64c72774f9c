/** A copy of what is shown, to go on with. */
import type { ContinuedConversation } from "../../api/schema";
import { routes } from "../../routes";
import { isRefused, token } from "./shown";

/** Undefined where one logs in first: the page is left for that, and continues when it is back. */
export async function continueHere(): Promise<ContinuedConversation | undefined> {
  const { api } = await import("../../api/client"); // the session comes with it
  try {
    return await api("POST /s/{token}/continue", { params: { token } });
  } catch (error) {
    if (!isRefused(error)) throw error;
  }
  logIn(true);
  return undefined;
}

/** To the login and back here; nothing of it stands in an address. */
export function logIn(continues: boolean): void {
  history.pushState({ beyond: location.pathname, continues }, "", routes.login);
  location.reload();
}

/** They have logged in to continue. True once. */
export function comesBack(): boolean {
  const { continues } = history.state ?? {};
  if (continues) history.replaceState(null, "");
  return !!continues;
}
