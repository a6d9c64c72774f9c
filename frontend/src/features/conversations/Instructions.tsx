import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, patient } from "../../api/client";
import type { Conversation } from "../../api/types";
import { t } from "../../i18n";
import { Dialog } from "../../ui/Dialog";
import { Problem } from "../../ui/Problem";
import { useAction } from "../../ui/useAction";
import { update } from "./conversations";
import { text } from "./instructionsTexts";
import { instructionsOf } from "./opened";
import "../../ui/forms.css";
import "./instructions.css";

/** Of the API. */
const MOST_CHARACTERS = 16_000;
/** What was typed and neither saved nor given up, by conversation: closing by mistake loses nothing. */
const unsaved = new Map<number, string>();

/** The system prompt of one conversation. */
export function Instructions({ conversation: { id } }: { conversation: Conversation }) {
  const saved = useSignal<string | null>(null);
  const value = useSignal(unsaved.get(id) ?? "");
  const { busy, error, run } = useAction();
  useEffect(() => {
    void run(async () => {
      saved.value = (await patient("GET /conversations/{id}", { params: { id } })).system_prompt ?? "";
      value.value = unsaved.get(id) ?? saved.value;
    });
  }, []);
  const close = () => {
    instructionsOf.value = null;
  };
  const giveUp = () => {
    unsaved.delete(id);
    close();
  };
  const save = async (event: Event) => {
    event.preventDefault();
    const system_prompt = value.value.trim();
    if (!(await run(() => api("PATCH /conversations/{id}", { params: { id }, body: { system_prompt } })))) return;
    update(id, { has_system_prompt: !!system_prompt });
    giveUp();
  };
  const tooLong = value.value.length > MOST_CHARACTERS;
  return (
    <Dialog title={text().title} onClose={close}>
      <form class="instructions" onSubmit={(event) => void save(event)}>
        <p class="lead">{text().lead}</p>
        <textarea
          aria-label={text().label}
          placeholder={text().placeholder}
          rows={8}
          dir="auto"
          autofocus
          readOnly={saved.value === null}
          value={value.value}
          onInput={(event) => {
            value.value = event.currentTarget.value;
            unsaved.set(id, value.value);
          }}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.form!.requestSubmit();
          }}
        />
        <Problem text={tooLong ? text().tooLong(value.value.length) : error.value?.text} />
        <div class="form-buttons">
          <button type="button" class="button" onClick={giveUp}>
            {t().common.cancel}
          </button>
          <button class="button primary" disabled={busy.value || saved.value === null || tooLong}>
            {t().common.save}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
