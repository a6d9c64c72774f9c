import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Preset } from "../../api/types";
import { t } from "../../i18n";
import { IconButton } from "../../ui/IconButton";
import { Problem } from "../../ui/Problem";
import { Section } from "../../ui/Section";
import { dismiss, notify, type Toast, tell } from "../../ui/toasts";
import { useAction } from "../../ui/useAction";
import { modelById, nameOf } from "./models";
import { PresetForm } from "./PresetForm";
import { keepPreset, loadPresets, presets, removePreset } from "./presetList";
import { text as texts } from "./presetTexts";
import "./presetList.css";

/** A person's presets, to change and to add to. */
export function PresetList() {
  const text = texts();
  const editing = useSignal<number | "new" | null>(null);
  const { error, run } = useAction();
  useEffect(() => void run(loadPresets), []);
  const close = () => {
    editing.value = null;
  };
  return (
    <Section lead={text.lead}>
      <Problem text={error.value?.text} />
      <ul class="rows">
        {presets.value?.map((preset) => (
          <li key={preset.id}>
            {editing.value === preset.id ? (
              <PresetForm preset={preset} onClose={close} />
            ) : (
              <>
                <div class="preset-about">
                  <strong dir="auto">{preset.name}</strong>
                  <small dir="auto">{aboutOf(preset)}</small>
                </div>
                <span class="row-end">
                  <IconButton icon="trash" label={text.removeOne(preset.name)} onClick={() => void remove(preset)} />
                  <button
                    class="button"
                    aria-label={text.editOne(preset.name)}
                    onClick={() => (editing.value = preset.id)}
                  >
                    {text.edit}
                  </button>
                </span>
              </>
            )}
          </li>
        ))}
      </ul>
      {editing.value === "new" ? (
        <PresetForm onClose={close} />
      ) : (
        presets.value && (
          <button class="button primary" onClick={() => (editing.value = "new")}>
            {text.add}
          </button>
        )
      )}
    </Section>
  );
}

function aboutOf({ model_id, system_prompt, params }: Preset): string {
  const model = model_id === null ? undefined : modelById.value.get(model_id);
  const set = Object.keys(params ?? {}).length;
  return [model && nameOf(model), set && texts().params(set), system_prompt].filter(Boolean).join(" · ");
}

/** At once; the notice can take it back. */
async function remove({ id, name, model_id, system_prompt, params }: Preset): Promise<void> {
  try {
    await removePreset(id);
  } catch (error) {
    return tell(error);
  }
  const notice: Toast = {
    text: texts().removed(name),
    action: {
      label: t().common.undo,
      run: () => {
        dismiss(notice);
        void keepPreset({ name, model_id, system_prompt, params }).catch(tell);
      },
    },
    undoes: true,
  };
  notify(notice);
}
