/** The operator's connections, and who may use them. */
import { signal } from "@preact/signals";
import type { Grant, ModelNames, SharedConnection, TryResult } from "../../../api/types";
import { text as menuTexts } from "../../endpoints/menuTexts";
import type { Config } from "../../endpoints/useModelForm";
import { read, write } from "../calls";

/** The oldest first; undefined while they are not known. */
export const connections = signal<SharedConnection[] | undefined>(undefined);

/** Throws `ApiError`. */
export async function loadConnections(): Promise<void> {
  connections.value = (await read("GET /admin/connections")).connections;
}

export function connectionOf(id: number): SharedConnection | undefined {
  return connections.value?.find((connection) => connection.id === id);
}

/** It is offered to nobody yet. What its server lists follows. */
export async function connect({ label, model_url, api_key, model_name }: Config): Promise<SharedConnection> {
  const body = { label: label || null, base_url: model_url, api_key: api_key ?? "", models: [model_name] };
  const made = await write("POST /admin/connections", { body });
  connections.value = [...(connections.value ?? []), made];
  void refresh(made.id).catch(() => undefined); // it can be asked again by hand
  return made;
}

export async function reconnect(id: number, { label, model_url, api_key }: Config): Promise<void> {
  const body = { label: label || null, base_url: model_url, ...(api_key === undefined ? {} : { api_key }) };
  learn(await write("PATCH /admin/connections/{id}", { params: { id }, body }));
}

/** Whom it is offered to: to nobody, to everybody, or to some groups. */
export type Offer = "nobody" | "everyone" | "groups";

export function offerOf({ shared, restricted }: SharedConnection): Offer {
  return shared ? (restricted ? "groups" : "everyone") : "nobody";
}

/** What is granted is kept, where it is offered to everybody or nobody for a while. Never to more than was meant. */
export async function offer(connection: SharedConnection, to: Offer, grants: Grant[]): Promise<void> {
  const { id } = connection;
  const restricted = to === "nobody" ? connection.restricted : to === "groups";
  const share = async () => {
    if (connection.shared === (to !== "nobody")) return;
    learn(await write("PATCH /admin/connections/{id}", { params: { id }, body: { shared: to !== "nobody" } }));
  };
  if (to === "nobody") await share();
  learn(await write("PUT /admin/connections/{id}/grants", { params: { id }, body: { restricted, grants } }));
  await share();
}

export async function disconnect(id: number): Promise<void> {
  await write("DELETE /admin/connections/{id}", { params: { id } });
  connections.value = connections.value?.filter((connection) => connection.id !== id);
}

/** Its server says anew which models it has. */
export async function refresh(id: number): Promise<ModelNames> {
  const answer = await write("POST /admin/connections/{id}/refresh", { params: { id }, slow: true });
  await loadConnections();
  return answer;
}

export function test(id: number, model_name: string): Promise<TryResult> {
  return write("POST /admin/connections/{id}/test", { params: { id }, body: { model_name }, slow: true });
}

/** That of the settings has no name of its own. */
export function labelOf({ label }: SharedConnection): string {
  return label || menuTexts().server;
}

/** That its server still lists, or that were named by hand. */
export function modelsOf({ models }: SharedConnection): SharedConnection["models"] {
  return models.filter(({ gone }) => !gone);
}

function learn(connection: SharedConnection): void {
  connections.value = connections.value?.map((other) => (other.id === connection.id ? connection : other));
}
