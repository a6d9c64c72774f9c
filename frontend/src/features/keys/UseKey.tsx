import { useSignal } from "@preact/signals";
import type { KeyCreated, Model } from "../../api/types";
import { Choice } from "../../ui/Choice";
import { CopyButton } from "../../ui/CopyButton";
import { Section } from "../../ui/Section";
import { ModelPick } from "../endpoints/ModelPick";
import { beginning, modelById, models, nameOf } from "../endpoints/models";
import { type Access, example, type Tool } from "./examples";
import { apiNameOf } from "./names";
import { text as texts } from "./texts";

const PLACEHOLDER = "cbk_…";

/** What a program is told so that it uses a key: the one that was just made, while it can be read. */
export function UseKey({ made }: { made: KeyCreated | null }) {
  const text = texts();
  const tool = useSignal<Tool | "editor">("python");
  const picked = useSignal<number | null>(null);
  const model = named(picked.value, made);
  const access: Access = {
    url: `${location.origin}/v1`,
    key: made?.key ?? PLACEHOLDER,
    model: model ? apiNameOf(model) : text.default,
  };
  const note = text.notes[tool.value];
  const usual = beginning.value ? text.defaultIs(nameOf(beginning.value)) : text.default;
  return (
    <Section title={text.use} lead={text.useLead}>
      <Choice<Tool | "editor">
        label={text.tool}
        value={tool.value}
        options={Object.entries(text.tools) as [Tool | "editor", string][]}
        onChange={(value) => (tool.value = value)}
      />
      <div class="key-model">
        <span>{text.model}</span>
        <ModelPick
          label={text.model}
          model={model}
          none={usual}
          instead={{ text: usual, chosen: !model, choose: () => (picked.value = null) }}
          onChoose={(chosen) => (picked.value = chosen.id)}
        />
      </div>
      {tool.value === "editor" ? <Fields access={access} /> : <Code tool={tool.value} access={access} />}
      <p class="note">{made ? note : text.withKey(note)}</p>
    </Section>
  );
}

/** The model that is named: the one that was picked, unless the key does not open it. Undefined: the default one. */
function named(picked: number | null, made: KeyCreated | null): Model | undefined {
  const opens = (model: Model | undefined) => !!model && (made?.model_ids?.includes(model.id) ?? true);
  const model = picked === null ? beginning.value : modelById.value.get(picked);
  if (opens(model)) return picked === null ? undefined : model;
  return models.value?.find(opens);
}

function Code({ tool, access }: { tool: Tool; access: Access }) {
  const text = texts();
  const code = example(tool, access);
  return (
    <div class="key-code">
      <pre tabIndex={0} role="group" aria-label={text.code(text.tools[tool])}>
        <code>{code}</code>
      </pre>
      <CopyButton text={() => code} label={text.copyCode} />
    </div>
  );
}

/** What an editor asks for, a field each. */
function Fields({ access }: { access: Access }) {
  const text = texts();
  return (
    <dl class="key-fields">
      {(["url", "key", "model"] as const).map((field) => (
        <div key={field}>
          <dt>{text.fields[field]}</dt>
          <dd>
            <code>{access[field]}</code>
            <CopyButton text={() => access[field]} label={text.copyOne(text.fields[field])} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
