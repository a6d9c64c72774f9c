import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { t } from "../../i18n";
import { Icon } from "../../ui/Icon";
import { Problem } from "../../ui/Problem";
import { Section } from "../../ui/Section";
import { notify } from "../../ui/toasts";
import { useAction } from "../../ui/useAction";
import { account } from "../account/account";
import { forgetConnection } from "./choosing";
import { connection, editing, modelChanged } from "./endpoint";
import { ModelForm } from "./ModelForm";
import { text as texts } from "./texts";
import "./endpoints.css";

/** The person's connection and the operator's model: which of them answers, and how to change that. */
export function Model() {
  const own = connection.value;
  const operator = account.value?.default_model;
  const text = texts();
  useEffect(() => {
    return () => {
      editing.value = false;
    };
  }, []);
  if (own === undefined) return null;
  const form = editing.value || (!own && !operator);
  const onSaved = async (name: string) => {
    await modelChanged();
    editing.value = false;
    notify({ text: text.switched(name) });
  };
  const onCancel = own || operator ? () => (editing.value = false) : undefined;
  return (
    <Section lead={text.lead}>
      <ul class="rows">
        {own && (
          <li>
            <div>
              <strong>{own.model_name}</strong>
              <small>
                {text.connection} · {new URL(own.model_url).host}
              </small>
            </div>
            <span class="row-end">
              <Chosen />
              {!form && (
                <button class="button" onClick={() => (editing.value = true)}>
                  {text.change}
                </button>
              )}
            </span>
          </li>
        )}
        {operator && (
          <li>
            <div>
              <strong>{text.server}</strong>
              <small>{[operator, account.value?.default_model_is_demo && text.demo].filter(Boolean).join(" · ")}</small>
            </div>
            {own ? <UseServer host={new URL(own.model_url).host} /> : <Chosen />}
          </li>
        )}
      </ul>
      {form ? (
        <ModelForm
          key={own?.model_url ?? "new"}
          saved={own}
          saveLabel={t().common.save}
          onSaved={(name) => void onSaved(name)}
          onCancel={onCancel}
        />
      ) : (
        !own && (
          <button class="button primary" onClick={() => (editing.value = true)}>
            {text.connect}
          </button>
        )
      )}
    </Section>
  );
}

function Chosen() {
  return (
    <span class="chosen">
      <Icon name="check" /> {texts().chosen}
    </span>
  );
}

/** The way back; what it costs is said before. */
function UseServer({ host }: { host: string }) {
  const asked = useSignal(false);
  const { busy, error, run } = useAction();
  const text = texts();
  if (!asked.value)
    return (
      <button class="button" onClick={() => (asked.value = true)}>
        {text.useServer}
      </button>
    );
  return (
    <div class="use-server">
      <p>{text.useServerLead(host)}</p>
      <Problem text={error.value?.text} />
      <div class="form-buttons">
        <button class="button danger" disabled={busy.value} onClick={() => void run(forgetConnection)}>
          {text.useServerSure}
        </button>
        <button class="button" onClick={() => (asked.value = false)}>
          {t().common.cancel}
        </button>
      </div>
    </div>
  );
}
