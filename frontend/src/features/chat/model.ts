/** Which model answers in the conversation that is shown, and how a person changes that. */
import { effect, signal, untracked } from "@preact/signals";
import { api } from "../../api/client";
import type { ConversationUpdate } from "../../api/schema";
import type { Model, Preset, ReplyRequest } from "../../api/types";
import { currentId } from "../../browser/router";
import { t } from "../../i18n";
import { dismiss, notify, type Toast, tell } from "../../ui/toasts";
import { conversationOf, update } from "../conversations/conversations";
import { tellTabs } from "../conversations/tabs";
import { answering, beginWith, modelById, templated, wanted } from "../endpoints/models";

/** What a conversation was to be answered by is there no longer. */
export const GONE: ReadonlySet<string> = new Set(["model_gone", "model_not_found"]);

/** For the conversation that the next message begins. */
const picked = signal<number | null>(null);
/** What a conversation was given and the server has not confirmed: its requests name it until then. */
const unconfirmed = new Map<number, number>();

effect(() => {
  const id = currentId.value;
  wanted.value = id === null ? picked.value : (conversationOf(id)?.model_id ?? null);
});
effect(() => {
  if (currentId.value !== null) untracked(() => (picked.value = templated.value = null));
});

/** From now on it answers in the conversation that is shown, and in new ones. */
export function chooseModel(model: Model): void {
  const id = currentId.peek();
  if (id === null) picked.value = model.id;
  else void give(id, model.id).catch(tell);
  void beginWith(model).catch(tell);
}

/** Fills the conversation that is shown, or the one that the next message begins; twice is none again. */
export function choosePreset(preset: Preset): void {
  const id = currentId.peek();
  if (id !== null) return void fill(id, preset).catch(tell);
  const isTaken = templated.peek()?.id === preset.id;
  templated.value = isTaken ? null : preset;
  if (!isTaken) picked.value = modelOf(preset) ?? picked.peek();
}

/** The model that a preset brings, or the one that answers anyway. */
function modelOf({ model_id }: Preset): number | undefined {
  return model_id !== null && modelById.peek().has(model_id) ? model_id : answering.peek()?.id;
}

/** What a preset has takes the place of what was set; it can be undone. */
async function fill(id: number, preset: Preset): Promise<void> {
  const { system_prompt, params, model_id, preset_id } = await api("GET /conversations/{id}", { params: { id } });
  const before = { system_prompt: system_prompt ?? "", params, model_id, preset_id };
  await set(id, { preset_id: preset.id, model_id: modelOf(preset) });
  const notice: Toast = {
    text: t().thread.filled(preset.name),
    action: {
      label: t().common.undo,
      run: () => {
        dismiss(notice);
        void set(id, before).catch(tell);
      },
    },
    undoes: true,
  };
  notify(notice);
}

async function set(id: number, body: ConversationUpdate): Promise<void> {
  const { system_prompt, model_id } = await api("PATCH /conversations/{id}", { params: { id }, body });
  update(id, { has_system_prompt: !!system_prompt, model_id });
  tellTabs(id);
}

/** A new conversation gets what was chosen for it, before its first message where that counts. */
export async function equip(id: number, model_id: number | null | undefined, preset: Preset | null): Promise<void> {
  if (preset) await set(id, { preset_id: preset.id, model_id: model_id ?? modelOf(preset) });
  else if (model_id) void give(id, model_id).catch(() => undefined); // it is refused with its message
}

/** A conversation has a model of its own from now on. */
async function give(id: number, model_id: number): Promise<void> {
  const before = conversationOf(id)?.model_id ?? null;
  unconfirmed.set(id, model_id);
  update(id, { model_id });
  const isNewest = () => unconfirmed.get(id) === model_id;
  try {
    await api("PATCH /conversations/{id}", { params: { id }, body: { model_id } });
    tellTabs(id);
  } catch (error) {
    if (isNewest()) update(id, { model_id: before });
    throw error;
  } finally {
    if (isNewest()) unconfirmed.delete(id);
  }
}

/** A request with the model that it is meant for, where the server may not know that yet. */
export function meant<T extends ReplyRequest>(id: number | null, request: T): T {
  const model_id = id === null ? undefined : unconfirmed.get(id);
  return model_id === undefined || request.model_id ? request : { ...request, model_id };
}
