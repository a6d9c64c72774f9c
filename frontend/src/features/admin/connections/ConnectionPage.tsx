import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { SharedConnection } from "../../../api/types";
import { locale } from "../../../browser/preferences";
import { navigate } from "../../../browser/router";
import { t } from "../../../i18n";
import { Section } from "../../../ui/Section";
import { notify } from "../../../ui/toasts";
import { ModelForm } from "../../endpoints/ModelForm";
import { whole } from "../../usage/money";
import { placeOf } from "../at";
import { Confirm } from "../Confirm";
import { useWork } from "../calls";
import { FactList } from "../FactList";
import { Failed } from "../Failed";
import { Place } from "../Place";
import { Waiting } from "../Waiting";
import {
  connectionOf,
  connections,
  disconnect,
  labelOf,
  loadConnections,
  modelsOf,
  reconnect,
  refresh,
  test,
} from "./connections";
import { Offered } from "./Offered";
import { Trial } from "./Trial";
import { text as texts } from "./texts";

/** One connection: where it leads, whether it works, who may use it. That of the settings is changed there. */
export function ConnectionPage({ id }: { id: number }) {
  const text = texts();
  const { error, run } = useWork();
  const load = () => void run(loadConnections);
  useEffect(load, []);
  const connection = connectionOf(id);
  if (!connection)
    return (
      <Place section="connections" title={text.connection}>
        {error.value && <Failed text={error.value.text} onRetry={load} />}
        {connections.value && <p class="lead">{text.gone}</p>}
        {!connections.value && !error.value && <Waiting />}
      </Place>
    );
  const { base_url, key_tail, slug, source } = connection;
  const facts: [string, string][] = [
    [text.address, base_url],
    [text.slug, `@${slug}/…`],
    [text.modelCount, whole(modelsOf(connection).length, locale.value)],
  ];
  if (key_tail) facts.splice(1, 0, [text.key, text.keyTail(key_tail)]);
  return (
    <Place section="connections" title={labelOf(connection)}>
      <FactList of={facts} />
      {source === "environment" ? (
        <p class="note admin-note">{text.settingsNote}</p>
      ) : (
        <>
          <Offered connection={connection} />
          <Trial connection={connection} />
          <Edit connection={connection} />
          <Removal connection={connection} />
        </>
      )}
    </Place>
  );
}

function Edit({ connection }: { connection: SharedConnection }) {
  const text = texts();
  const editing = useSignal(false);
  const { id, label, base_url } = connection;
  const close = () => {
    editing.value = false;
  };
  const trials = { list: () => refresh(id), test: (name: string) => test(id, name) };
  const model_name = modelsOf(connection)[0]?.name ?? "";
  return (
    <Section title={text.edit} lead={text.editLead}>
      {editing.value ? (
        <ModelForm
          named
          saved={{ id, label, model_url: base_url, model_name, trials }}
          saveLabel={t().common.save}
          save={(config) => reconnect(id, config)}
          onSaved={() => {
            close();
            notify({ text: text.changed(connectionOf(id)?.label ?? label) });
          }}
          onCancel={close}
        />
      ) : (
        <button class="button" onClick={() => (editing.value = true)}>
          {text.editButton}
        </button>
      )}
    </Section>
  );
}

function Removal({ connection: { id, label } }: { connection: SharedConnection }) {
  const text = texts();
  const asking = useSignal(false);
  const remove = async () => {
    await disconnect(id);
    notify({ text: text.removed(label) });
    navigate(placeOf("connections"), { replace: true });
  };
  return (
    <Section title={text.removeTitle} lead={text.removeLead}>
      {asking.value ? (
        <Confirm
          label={text.removeTitle}
          lead={text.removeAsk(label)}
          sure={text.removeSure}
          work={remove}
          onCancel={() => (asking.value = false)}
        />
      ) : (
        <button class="button danger" onClick={() => (asking.value = true)}>
          {text.remove}…
        </button>
      )}
    </Section>
  );
}
