/** What is open about links. */
import { signal } from "@preact/signals";
import { api } from "../../api/client";
import type { Conversation } from "../../api/types";
import { account } from "../account/account";

/** The conversation that a link is made to. */
export const sharingOf = signal<Conversation | null>(null);

/** Whether this server lets anything be shown by a link. */
export function mayShare(): boolean {
  return account.value?.shares !== "off";
}

/** How many links show a conversation, for whoever is about to delete it: they end with it. Never throws. */
export async function linksTo(conversation_id: number): Promise<number> {
  if (!mayShare()) return 0;
  const found = await api("GET /shares", { params: { conversation_id } }).catch(() => undefined);
  return found?.shares.length ?? 0;
}
