import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api } from "../../api/client";
import type { ModelConfig } from "../../api/types";
import { explain, t } from "../../i18n";
import { Field } from "../../ui/Field";
import { Icon } from "../../ui/Icon";
import { PasswordField } from "../../ui/PasswordField";
import { Problem } from "../../ui/Problem";
import { useAction } from "../../ui/useAction";
import "./endpoints.css";

const PRESETS = [
  ["OpenAI", "https://api.openai.com/v1"],
  ["DeepSeek", "https://api.deepseek.com/v1"],
  ["OpenRouter", "https://openrouter.ai/api/v1"],
  ["Ollama", "http://localhost:11434/v1"],
] as const;

interface Props {
  saved?: ModelConfig | null;
  saveLabel: string;
  onSaved: () => void;
}

/** An endpoint, its key, one of its models; listed and tried before anything is saved. */
export function ModelForm({ saved, saveLabel, onSaved }: Props) {
  const url = useSignal(saved?.model_url ?? "");
  const key = useSignal("");
  const model = useSignal(saved?.model_name ?? "");
  const models = useSignal<string[] | null>(null);
  const verdict = useSignal<{ ok: boolean; text: string } | null>(null);
  const actions = [useAction(), useAction(), useAction()] as const;
  const [listing, testing, saving] = actions;
  const text = t().model;
  const keyKept = saved?.model_url === url.value.trim();

  const forget = () => {
    verdict.value = null;
    for (const { error } of actions) error.value = null;
  };
  useEffect(forget, [url.value, key.value, model.value]);
  useEffect(() => {
    models.value = null;
  }, [url.value, key.value]);

  const endpoint = () => ({ model_url: url.value.trim(), ...(key.value || !keyKept ? { api_key: key.value } : {}) });
  const config = () => ({ ...endpoint(), model_name: model.value.trim() });
  /** What comes back once the fields have changed is about something else, and not told. */
  const ask = async <T,>(fields: () => object, call: () => Promise<T>, tell: (answer: T) => void) => {
    const asked = JSON.stringify(fields());
    const isStill = () => JSON.stringify(fields()) === asked;
    try {
      const answer = await call();
      if (isStill()) tell(answer);
    } catch (error) {
      if (isStill()) throw error;
    }
  };
  const list = () => {
    forget();
    const call = () => api("POST /auth/config/models", { body: endpoint(), slow: true });
    return listing.run(() =>
      ask(endpoint, call, ({ error, models: names }) => {
        verdict.value = error ? { ok: false, text: explain(error) } : null;
        models.value = error ? null : names;
        if (!model.value && names.length === 1) model.value = names[0]!;
      }),
    );
  };
  const test = () => {
    forget();
    const call = () => api("POST /auth/config/test", { body: config(), slow: true });
    return testing.run(() =>
      ask(config, call, ({ ok, error }) => {
        verdict.value = ok ? { ok, text: text.works } : { ok, text: explain(error!) };
      }),
    );
  };
  const save = async (event: Event) => {
    event.preventDefault();
    forget();
    if (await saving.run(() => api("PUT /auth/config", { body: config() }))) onSaved();
  };
  const failure = listing.error.value ?? testing.error.value ?? saving.error.value;
  const count = models.value?.length;
  return (
    <form class="model-form" onSubmit={(event) => void save(event)}>
      <div class="presets" role="group" aria-label={text.presets}>
        {PRESETS.map(([name, address]) => (
          <button
            key={name}
            type="button"
            class="chip"
            aria-pressed={url.value === address}
            onClick={() => (url.value = address)}
          >
            {name}
          </button>
        ))}
      </div>
      <Field
        label={text.url}
        hint={text.urlHint}
        type="url"
        required
        maxLength={500}
        placeholder="https://api.example.com/v1"
        value={url.value}
        onValue={(value) => (url.value = value)}
      />
      <PasswordField
        label={text.key}
        hint={keyKept ? text.keyKept : text.keyHint}
        autocomplete="new-password"
        maxLength={4000}
        value={key.value}
        onValue={(value) => (key.value = value)}
      />
      <Field
        label={text.name}
        required
        maxLength={100}
        list="models"
        placeholder={text.namePlaceholder}
        autocomplete="off"
        value={model.value}
        hint={count === undefined ? undefined : count ? text.found(count) : text.foundNone}
        onValue={(value) => (model.value = value)}
        end={
          <button
            type="button"
            class="button inset"
            disabled={!url.value.trim() || listing.busy.value}
            onClick={() => void list()}
          >
            {text.fetch}
          </button>
        }
      />
      <datalist id="models">
        {models.value?.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      {!!count && count <= 12 && (
        <div class="presets">
          {models.value!.map((name) => (
            <button
              key={name}
              type="button"
              class="chip"
              aria-pressed={model.value === name}
              onClick={() => (model.value = name)}
            >
              {name}
            </button>
          ))}
        </div>
      )}
      <Problem text={failure?.text ?? (verdict.value && !verdict.value.ok ? verdict.value.text : undefined)} />
      <p class="verdict" role="status">
        {verdict.value?.ok && (
          <>
            <Icon name="check" /> {verdict.value.text}
          </>
        )}
      </p>
      <div class="form-buttons">
        <button
          type="button"
          class="button"
          disabled={!url.value.trim() || !model.value.trim() || testing.busy.value}
          onClick={() => void test()}
        >
          {testing.busy.value ? text.testing : text.test}
        </button>
        <button class="button primary" disabled={saving.busy.value}>
          {saveLabel}
        </button>
      </div>
    </form>
  );
}
