import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Connection, Model } from "../../api/types";
import { t } from "../../i18n";
import { Facts } from "../../ui/Facts";
import { Icon } from "../../ui/Icon";
import { IconButton } from "../../ui/IconButton";
import { Problem } from "../../ui/Problem";
import { Section } from "../../ui/Section";
import { notify, tell } from "../../ui/toasts";
import { useAction } from "../../ui/useAction";
import { changed, connect, connections, disconnect, loadConnections, reconnect, switchOn } from "./connections";
import { text as texts } from "./connectionTexts";
import { editing } from "./editing";
import { refresh } from "./lists";
import { ModelFacts } from "./ModelFacts";
import { ModelForm } from "./ModelForm";
import { ModelsOf } from "./ModelsOf";
import { beginning, models } from "./models";
import { hostOf } from "./presets";
import { SharedModels } from "./SharedModels";
import "./endpoints.css";
import "./connections.css";

/** A person's own connections and what the operator shares: where models come from. */
export function Connections() {
  const text = texts();
  const { error, run } = useAction();
  useEffect(() => {
    void run(loadConnections);
    return () => {
      editing.value = null;
    };
  }, []);
  const own = connections.value;
  const isFirst = own?.length === 0 && models.value?.length === 0;
  const described = useSignal<Model | null>(null);
  const adding = editing.value === "new" || isFirst;
  const close = () => {
    editing.value = null;
  };
  const onSaved = (name: string) => {
    close();
    notify({ text: text.added(name) });
  };
  return (
    <Section lead={text.lead}>
      <Problem text={error.value?.text} />
      <ul class="rows">
        {own?.map((connection) => (
          <li key={connection.id} class="connection-row">
            {editing.value === connection.id ? (
              <Edited connection={connection} onClose={close} />
            ) : described.value?.connection.id === connection.id ? (
              <ModelFacts key={described.value.id} model={described.value} onClose={() => (described.value = null)} />
            ) : (
              <Listed connection={connection} onDescribe={(model) => (described.value = model)} />
            )}
          </li>
        ))}
        <SharedModels />
      </ul>
      {!own && !error.value && <span class="skeleton row-skeleton" />}
      {adding ? (
        <ModelForm
          key="new"
          named
          saveLabel={t().common.save}
          save={connect}
          onSaved={onSaved}
          onCancel={isFirst ? undefined : close}
        />
      ) : (
        own && (
          <button class="button primary" onClick={() => (editing.value = "new")}>
            {text.add}
          </button>
        )
      )}
    </Section>
  );
}

function Listed({ connection, onDescribe }: { connection: Connection; onDescribe: (model: Model) => void }) {
  const { id, label, model_url, key_tail, enabled } = connection;
  const text = texts();
  const busy = useSignal(false);
  const count = models.value?.filter((model) => model.connection.id === id && !model.gone).length ?? 0;
  const facts = [hostOf(model_url), key_tail && text.keyTail(key_tail), enabled ? text.count(count) : text.off];
  const again = async () => {
    busy.value = true;
    const problem = await refresh(id);
    await changed().catch(tell);
    busy.value = false;
    const now = models.value?.filter((model) => model.connection.id === id && !model.gone).length ?? 0;
    notify({ text: problem ?? text.refreshed(label, now) });
  };
  return (
    <>
      <div>
        <strong>
          {label} {beginning.value?.connection.id === id && <span class="tag">{text.default}</span>}
        </strong>
        <small>
          <Facts of={facts} />
        </small>
      </div>
      <span class="row-end">
        {enabled ? (
          <>
            <IconButton icon="redo" label={text.refresh(label)} disabled={busy.value} onClick={() => void again()} />
            {count > 0 && <ModelsOf connection={connection} onChoose={onDescribe} />}
          </>
        ) : (
          <button class="button" onClick={() => void switchOn(connection).catch(tell)}>
            {text.switchOn}
          </button>
        )}
        <button class="button" aria-label={text.editOne(label)} onClick={() => (editing.value = id)}>
          {text.edit}
        </button>
      </span>
    </>
  );
}

function Edited({ connection, onClose }: { connection: Connection; onClose: () => void }) {
  const { id, label, model_url } = connection;
  const leaving = useSignal(false);
  const { busy, error, run } = useAction();
  const text = texts();
  const own = models.value?.filter((model) => model.connection.id === id) ?? [];
  const first = own.find((model) => model.id === beginning.value?.id) ?? own.find(({ gone }) => !gone) ?? own[0];
  const onSaved = () => {
    onClose();
    notify({ text: text.changed(label) });
  };
  return (
    <div class="connection-edited">
      <ModelForm
        named
        saved={{ id, label, model_url, model_name: first?.name ?? "" }}
        saveLabel={t().common.save}
        save={(config) => reconnect(id, config)}
        onSaved={onSaved}
        onCancel={onClose}
      />
      {leaving.value ? (
        <div class="connection-leaving">
          <p>{text.removeLead(label)}</p>
          <Problem text={error.value?.text} />
          <div class="form-buttons">
            <button class="button danger" disabled={busy.value} onClick={() => void run(() => disconnect(connection))}>
              {text.removeSure}
            </button>
            <button class="button" onClick={() => (leaving.value = false)}>
              {t().common.cancel}
            </button>
          </div>
        </div>
      ) : (
        <button class="link danger" onClick={() => (leaving.value = true)}>
          <Icon name="trash" /> {text.remove}
        </button>
      )}
    </div>
  );
}
