import { useSignal } from "@preact/signals";
import type { Preset } from "../../api/types";
import { Field } from "../../ui/Field";
import { FormButtons } from "../../ui/FormButtons";
import { Problem } from "../../ui/Problem";
import { TextBox } from "../../ui/TextBox";
import { useAction } from "../../ui/useAction";
import { ModelPick } from "./ModelPick";
import { modelById } from "./models";
import { ParamFields } from "./ParamFields";
import { paramsOf, type Typed, typedOf, type Wrong, wrongBy } from "./params";
import { keepPreset } from "./presetList";
import { text as texts } from "./presetTexts";

/** A preset: a name, and what it brings into a chat. */
export function PresetForm({ preset, onClose }: { preset?: Preset; onClose: () => void }) {
  const text = texts();
  const name = useSignal(preset?.name ?? "");
  const prompt = useSignal(preset?.system_prompt ?? "");
  const modelId = useSignal(preset?.model_id ?? null);
  const typed = useSignal<Typed>(typedOf(preset?.params));
  const wrong = useSignal<Wrong>({});
  const { busy, error, run } = useAction();
  const model = modelId.value === null ? undefined : modelById.value.get(modelId.value);
  const save = async () => {
    const found = paramsOf(typed.value);
    wrong.value = found.wrong;
    if (Object.keys(found.wrong).length) return;
    const { params } = found;
    const template = {
      name: name.value.trim(),
      model_id: modelId.value,
      system_prompt: prompt.value.trim() || null,
      params,
    };
    const done = await run(() =>
      keepPreset(template, preset?.id).catch((failure: unknown) => {
        wrong.value = wrongBy(failure) ?? {};
        throw failure;
      }),
    );
    if (done) onClose();
  };
  const isMarked = Object.keys(wrong.value).length > 0;
  return (
    <form
      class="preset-form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Field
        label={text.name}
        required
        autofocus
        maxLength={100}
        placeholder={text.namePlaceholder}
        value={name.value}
        onValue={(value) => (name.value = value)}
      />
      <TextBox
        label={text.prompt}
        placeholder={text.promptPlaceholder}
        rows={5}
        value={prompt.value}
        onValue={(value) => (prompt.value = value)}
      />
      <div class="preset-model">
        <span>{text.model}</span>
        <ModelPick
          label={text.model}
          model={model}
          none={modelId.value === null ? text.anyModel : text.modelGone}
          instead={{ text: text.anyModel, chosen: modelId.value === null, choose: () => (modelId.value = null) }}
          onChoose={({ id }) => (modelId.value = id)}
        />
      </div>
      <ParamFields typed={typed.value} wrong={wrong.value} onChange={(now) => (typed.value = now)} />
      <Problem text={isMarked ? undefined : error.value?.text} />
      <FormButtons busy={busy.value} onCancel={onClose} />
    </form>
  );
}
