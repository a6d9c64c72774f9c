/** The models that a person may use, and which of them answers. */
import { computed, effect, signal, untracked } from "@preact/signals";
import { api, patient, persistent } from "../../api/client";
import type { Account, Model, Preset, Price } from "../../api/types";
import { account, loadAccount } from "../account/account";

/** Undefined while they are not known. */
export const models = signal<Model[] | undefined>(undefined);
/** The model that was chosen for the conversation that is shown; null: none, so the default one answers. */
export const wanted = signal<number | null>(null);

/** What the conversation that the next message begins is filled from. */
export const templated = signal<Preset | null>(null);

export const modelById = computed(() => new Map(models.value?.map((model) => [model.id, model])));

/** The model that new chats begin with; undefined where there is none. */
export const beginning = computed(() => {
  const id = account.value?.default_model_id ?? null;
  return id === null ? models.value?.find(isServers) : modelById.value.get(id);
});

/** Undefined while it is not known; null where there is none, or it is gone. */
export const answering = computed<Model | null | undefined>(() => {
  if (!models.value || !account.value) return undefined;
  return (wanted.value === null ? beginning.value : modelById.value.get(wanted.value)) ?? null;
});

/** The model of the server's settings. */
export function isServers({ connection }: Model): boolean {
  return connection.shared && !connection.label;
}

export function nameOf({ label, name }: Model): string {
  return label ?? name;
}

/** What a request names where more than one model could be meant; else it is the server's to know. */
export function answeringId(): number | undefined {
  return (models.peek()?.length ?? 0) > 1 ? answering.peek()?.id : undefined;
}

export async function loadModels(): Promise<void> {
  const asked = account.peek()?.id;
  const found = await persistent(() => patient("GET /models")).catch(() => undefined);
  if (found && account.peek()?.id === asked) models.value = found.models;
}

const person = computed(() => account.value?.id);
effect(() => {
  if (person.value !== undefined) untracked(() => void loadModels());
});

const tabs = new BroadcastChannel("model");
tabs.onmessage = () => void renew();

function renew(): Promise<unknown> {
  return Promise.all([loadAccount(), loadModels()]);
}

/** Models or defaults are others from now on, by what was done here. */
export async function modelsChanged(): Promise<void> {
  tabs.postMessage(null);
  await renew();
}

/** A reply is begun by a model that is not the one named here: it was changed elsewhere. */
export function noticeModel(id: number | null | undefined): void {
  if (answering.peek() !== undefined && id && id !== answering.peek()?.id) void renew();
}

/** A change of what holds for all chats. */
export async function changeAccount(
  change: Partial<Pick<Account, "default_model_id" | "title_model_id" | "custom_instructions">>,
) {
  account.value = await api("PATCH /auth/me", { body: change });
  tabs.postMessage(null);
}

/** New chats begin with it from now on. */
export async function beginWith(model: Model): Promise<void> {
  const default_model_id = isServers(model) ? null : model.id; // the server may change it for another
  if (account.peek()?.default_model_id !== default_model_id) await changeAccount({ default_model_id });
}

/** What a person says of a model of their own; null says nothing. */
export async function describe(
  { id }: Model,
  facts: Pick<Model, "label" | "context_tokens" | "vision"> & { price: Price | null },
): Promise<void> {
  change(id, await api("PATCH /models/{id}", { params: { id }, body: facts }));
  tabs.postMessage(null);
}

/** Favourites stand first. */
export async function setFavourite({ id }: Model, favourite: boolean): Promise<void> {
  change(id, { favourite });
  try {
    await patient("PATCH /models/{id}", { params: { id }, body: { favourite } });
    tabs.postMessage(null);
  } catch (error) {
    change(id, { favourite: !favourite });
    throw error;
  }
}

function change(id: number, what: Partial<Model>): void {
  models.value = models.value?.map((model) => (model.id === id ? { ...model, ...what } : model));
}
