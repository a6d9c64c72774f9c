import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, patient } from "../../api/client";
import type { Conversation } from "../../api/types";
import { t } from "../../i18n";
import { Dialog } from "../../ui/Dialog";
import { Problem } from "../../ui/Problem";
import { useAction } from "../../ui/useAction";
import { ParamFields } from "../endpoints/ParamFields";
import { paramsOf, type Typed, typedOf, type Wrong, wrongBy } from "../endpoints/params";
import { update } from "./conversations";
import { text } from "./instructionsTexts";
import { instructionsOf } from "./opened";
import { tellTabs } from "./tabs";
import "../../ui/forms.css";
import "./instructions.css";

/** Of the API. */
const MOST_CHARACTERS = 16_000;
/** What was typed and neither saved nor given up, by conversation: closing by mistake loses nothing. */
const unsaved = new Map<number, { prompt: string; typed: Typed }>();

/** What the model is told in one conversation, and how it is to answer there. */
export function Instructions({ conversation: { id } }: { conversation: Conversation }) {
  const loaded = useSignal(false);
  const value = useSignal("");
  const typed = useSignal<Typed>({});
  const wrong = useSignal<Wrong>({});
  const { busy, error, run } = useAction();
  useEffect(() => {
    void run(async () => {
      const { system_prompt, params } = await patient("GET /conversations/{id}", { params: { id } });
      const left = unsaved.get(id);
      value.value = left?.prompt ?? system_prompt ?? "";
      typed.value = left?.typed ?? typedOf(params);
      loaded.value = true;
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
    const found = paramsOf(typed.value);
    wrong.value = found.wrong;
    if (Object.keys(found.wrong).length) return;
    const body = { system_prompt, params: found.params };
    const done = await run(() =>
      api("PATCH /conversations/{id}", { params: { id }, body }).catch((failure: unknown) => {
        wrong.value = wrongBy(failure) ?? {};
        throw failure;
      }),
    );
    if (!done) return;
    update(id, { has_system_prompt: !!system_prompt });
    tellTabs(id);
    giveUp();
  };
  const keep = () => unsaved.set(id, { prompt: value.value, typed: typed.value });
  const isMarked = Object.keys(wrong.value).length > 0;
  const tooLong = value.value.length > MOST_CHARACTERS;
  return (
    <Dialog title={text().title} onClose={close}>
      <form class="instructions" onSubmit={(event) => void save(event)}>
        <p class="lead">{text().lead}</p>
        <textarea
          aria-label={text().label}
          placeholder={loaded.value ? text().placeholder : error.value ? "" : t().common.loading}
          rows={8}
          dir="auto"
          autofocus
          readOnly={!loaded.value}
          value={value.value}
          onInput={(event) => {
            value.value = event.currentTarget.value;
            keep();
          }}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.form!.requestSubmit();
          }}
        />
        {loaded.value && (
          <ParamFields
            typed={typed.value}
            wrong={wrong.value}
            onChange={(now) => {
              typed.value = now;
              keep();
            }}
          />
        )}
        <Problem text={tooLong ? text().tooLong(value.value.length) : isMarked ? undefined : error.value?.text} />
        <div class="form-buttons">
          <button type="button" class="button" onClick={giveUp}>
            {t().common.cancel}
          </button>
          <button class="button primary" disabled={busy.value || !loaded.value || tooLong}>
            {t().common.save}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
