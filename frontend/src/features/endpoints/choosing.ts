/** Another model for all chats: of the same connection, or the operator's. */
import { api } from "../../api/client";
import type { ModelConfig } from "../../api/types";
import { t } from "../../i18n";
import { notify, tell } from "../../ui/toasts";
import { account } from "../account/account";
import { modelChanged } from "./endpoint";
import { forgetModels } from "./listed";
import { text } from "./texts";

/** What a notice of it is about: an older one is no longer true. */
const ANSWERING = "answering";

/** Saves another model of a saved connection, with the key that it has; can be undone. */
export async function chooseModel(own: ModelConfig, name: string): Promise<void> {
  await api("PUT /auth/config", { body: { model_url: own.model_url, model_name: name } });
  await modelChanged();
  const undo = () => void chooseModel({ ...own, model_name: name }, own.model_name).catch(tell);
  notify({
    text: text().switched(name),
    about: ANSWERING,
    action: { label: t().common.undo, run: undo },
    undoes: true,
  });
}

/** Removes the person's connection and its key, so that the operator's model answers. */
export async function forgetConnection(): Promise<void> {
  await api("DELETE /auth/config");
  forgetModels();
  await modelChanged();
  const name = account.value?.default_model;
  if (name) notify({ text: text().switched(name), about: ANSWERING });
}
