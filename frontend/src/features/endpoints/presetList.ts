/** A person's presets: templates that are copied into a chat. */
import { computed, effect, signal, untracked } from "@preact/signals";
import { api, patient } from "../../api/client";
import type { Preset, ReplyParams } from "../../api/types";
import { account } from "../account/account";

/** Undefined while they are not known. */
export const presets = signal<Preset[] | undefined>(undefined);

export async function loadPresets(): Promise<void> {
  presets.value = (await patient("GET /presets")).presets;
}

const person = computed(() => account.value?.id);
effect(() => {
  if (person.value !== undefined) untracked(() => (presets.value = undefined));
});

export interface Template {
  name: string;
  model_id: number | null;
  system_prompt: string | null;
  params: ReplyParams | null;
}

/** Saves a new one, or changes one that is there. */
export async function keepPreset(template: Template, id?: number): Promise<void> {
  if (id === undefined) await api("POST /presets", { body: template });
  else await api("PATCH /presets/{id}", { params: { id }, body: template });
  await loadPresets();
}

export async function removePreset(id: number): Promise<void> {
  await api("DELETE /presets/{id}", { params: { id } });
  await loadPresets();
}
