import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Preset } from "../../api/types";
import { currentId } from "../../browser/router";
import { t } from "../../i18n";
import { modelById, nameOf, templated } from "../endpoints/models";
import { loadPresets, presets } from "../endpoints/presetList";
import { draftOf, putDraft } from "./drafts";
import { choosePreset } from "./model";

const OFFERED = 4;
/** So much of instructions can be seen of them at most. */
const SEEN_CHARACTERS = 100;

/** Ways to begin: one's own presets, or openings where there are none. Until that is known their place is kept. */
export function Beginnings() {
  const asked = useSignal(false);
  useEffect(() => {
    void loadPresets()
      .catch(() => undefined)
      .finally(() => (asked.value = true));
  }, []);
  const own = presets.value ?? [];
  if (!own.length) return <Openings hidden={!asked.value && !presets.value} />;
  return (
    <ul class="openings">
      {own.slice(0, OFFERED).map((preset) => (
        <li key={preset.id}>
          <button
            type="button"
            aria-pressed={templated.value?.id === preset.id}
            onClick={() => {
              choosePreset(preset);
              messageBox().focus();
            }}
          >
            <strong dir="auto">{preset.name}</strong>
            <span dir="auto">{aboutOf(preset)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function aboutOf({ system_prompt, model_id }: Preset): string | undefined {
  const model = model_id === null ? undefined : modelById.value.get(model_id);
  return system_prompt?.slice(0, SEEN_CHARACTERS) ?? (model && nameOf(model));
}

/** First words to go on with. */
function Openings({ hidden }: { hidden: boolean }) {
  const begin = (prompt: string) => {
    const text = prompt + withoutOpening(draftOf(currentId.value));
    putDraft(currentId.value, text);
    const input = messageBox();
    input.focus();
    input.value = text; // at once: the next key may come before the page is drawn again
    input.setSelectionRange(text.length, text.length);
  };
  return (
    <ul class={hidden ? "openings unknown" : "openings"}>
      {t().empty.openings.map(({ title, prompt }) => (
        <li key={title}>
          <button type="button" onClick={() => begin(prompt)}>
            <strong>{title}</strong>
            <span>{prompt.trim().replace(/[:：，]$/, "")}…</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** What a person typed; the opening that was chosen before makes room for another. */
function withoutOpening(text: string): string {
  const chosen = t().empty.openings.find(({ prompt }) => text.startsWith(prompt));
  return chosen ? text.slice(chosen.prompt.length) : text;
}

function messageBox(): HTMLTextAreaElement {
  return document.querySelector<HTMLTextAreaElement>(".composer textarea")!;
}
