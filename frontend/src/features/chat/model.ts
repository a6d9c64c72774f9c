/** Which model answers in the conversation that is shown, and how a person changes that. */
import { effect, signal, untracked } from "@preact/signals";
import { api } from "../../api/client";
import type { Model, ReplyRequest } from "../../api/types";
import { currentId } from "../../browser/router";
import { tell } from "../../ui/toasts";
import { conversationOf, update } from "../conversations/conversations";
import { beginWith, wanted } from "../endpoints/models";

/** For the conversation that the next message begins. */
const picked = signal<number | null>(null);
/** What a conversation was given and the server has not confirmed: its requests name it until then. */
const unconfirmed = new Map<number, number>();

effect(() => {
  const id = currentId.value;
  wanted.value = id === null ? picked.value : (conversationOf(id)?.model_id ?? null);
});
effect(() => {
  if (currentId.value !== null) untracked(() => (picked.value = null));
});

/** From now on it answers in the conversation that is shown, and in new ones. */
export function chooseModel(model: Model): void {
  const id = currentId.peek();
  if (id === null) picked.value = model.id;
  else void give(id, model.id).catch(tell);
  void beginWith(model).catch(tell);
}

/** A conversation has a model of its own from now on. */
export async function give(id: number, model_id: number): Promise<void> {
  const before = conversationOf(id)?.model_id ?? null;
  unconfirmed.set(id, model_id);
  update(id, { model_id });
  const isNewest = () => unconfirmed.get(id) === model_id;
  try {
    await api("PATCH /conversations/{id}", { params: { id }, body: { model_id } });
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
