/** Which model answers: the one of the person's own connection, else the operator's. */
import { computed, effect, signal, untracked } from "@preact/signals";
import { patient, persistent } from "../../api/client";
import { ApiError } from "../../api/http";
import type { ModelConfig } from "../../api/types";
import { account, loadAccount } from "../account/account";

/** Null: there is none; undefined: not known yet. */
export const connection = signal<ModelConfig | null | undefined>(undefined);

/** The form of the connection is open in the settings, or is to be once they are. */
export const editing = signal(false);

export interface Answering {
  name: string;
  /** Where it is; null for the operator's. */
  host: string | null;
}

/** Undefined while it is not known; null where no model is set up. */
export const answering = computed<Answering | null | undefined>(() => {
  const who = account.value;
  if (!who || connection.value === undefined) return undefined;
  if (connection.value) return { name: connection.value.model_name, host: new URL(connection.value.model_url).host };
  return who.default_model === null ? null : { name: who.default_model, host: null };
});

export async function loadConnection(): Promise<void> {
  connection.value = await persistent(() => patient("GET /auth/config").catch(noneSaved)).catch(() => undefined);
}

function noneSaved(error: unknown): null {
  if (error instanceof ApiError && error.code === "config_not_found") return null;
  throw error;
}

effect(() => {
  const who = account.value;
  if (!who) return;
  untracked(() => {
    if (who.has_config) void loadConnection();
    else connection.value = null;
  });
});

const tabs = new BroadcastChannel("model");
tabs.onmessage = () => void loadAccount();

/** Another model answers from now on, by what was done here. */
export async function modelChanged(): Promise<void> {
  tabs.postMessage(null);
  await loadAccount();
}

/** A reply is begun by this model: where it is another one than is named here, it was changed elsewhere. */
export function noticeModel(name: string | null): void {
  if (answering.peek() && name && name !== answering.peek()!.name) void loadAccount();
}
