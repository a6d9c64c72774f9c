/** A person's own connections, for their page of the settings. */
import { signal } from "@preact/signals";
import { api, patient } from "../../api/client";
import type { Connection } from "../../api/types";
import { refresh } from "./lists";
import { beginWith, modelById, modelsChanged } from "./models";
import type { Config } from "./useModelForm";

/** Undefined while they are not known. */
export const connections = signal<Connection[] | undefined>(undefined);

export async function loadConnections(): Promise<void> {
  connections.value = (await patient("GET /connections")).connections;
}

/** Saves a new one; new chats begin with its model. */
export async function connect({ label, model_name, ...server }: Config): Promise<void> {
  const { id } = await api("POST /connections", { body: { ...server, label: label || null } });
  await heldBy(id, model_name, true);
}

export async function reconnect(id: number, { label, model_name, ...server }: Config): Promise<void> {
  await api("PATCH /connections/{id}", { params: { id }, body: { ...server, label: label || null } });
  await heldBy(id, model_name, false);
}

/** The model that was tried is there, whatever the server lists; what else it lists follows. */
async function heldBy(id: number, name: string, first: boolean): Promise<void> {
  const made = name ? await api("POST /connections/{id}/models", { params: { id }, body: { name } }) : undefined;
  await changed();
  if (made && first) await beginWith(modelById.value.get(made.id) ?? made);
  void refresh(id)
    .then(changed)
    .catch(() => undefined); // the next look at them asks again
}

export async function switchOn({ id }: Connection): Promise<void> {
  await api("PATCH /connections/{id}", { params: { id }, body: { enabled: true } });
  await changed();
}

/** Removes it with its key; the chats that it answered in ask for another model. */
export async function disconnect({ id }: Connection): Promise<void> {
  await api("DELETE /connections/{id}", { params: { id } });
  await changed();
}

export async function changed(): Promise<void> {
  await Promise.all([modelsChanged(), loadConnections()]);
}
