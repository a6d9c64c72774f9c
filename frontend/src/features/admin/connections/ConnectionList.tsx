import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { SharedConnection } from "../../../api/types";
import { follow, navigate } from "../../../browser/router";
import { t } from "../../../i18n";
import { Facts } from "../../../ui/Facts";
import { Icon } from "../../../ui/Icon";
import { Section } from "../../../ui/Section";
import { ModelForm } from "../../endpoints/ModelForm";
import { hostOf } from "../../endpoints/presets";
import type { Config } from "../../endpoints/useModelForm";
import { placeOf } from "../at";
import { useWork } from "../calls";
import { Failed } from "../Failed";
import { Place } from "../Place";
import { Waiting } from "../Waiting";
import { connect, connections, labelOf, loadConnections, modelsOf, offerOf } from "./connections";
import { text as texts } from "./texts";

/** All of them; a new one is opened once it is saved, so that it is said who may use it. */
export function ConnectionList() {
  const text = texts();
  const adding = useSignal(false);
  const { error, run } = useWork();
  const load = () => void run(loadConnections);
  useEffect(load, []);
  const all = connections.value;
  const save = async (config: Config) => {
    const made = await connect(config);
    navigate(placeOf("connections", made.id));
  };
  return (
    <Place section="connections">
      <Section lead={text.lead}>
        {error.value && <Failed text={error.value.text} onRetry={load} />}
        {!all && !error.value && <Waiting />}
        {all && all.length > 0 && (
          <ul class="rows admin-links">
            {all.map((connection) => (
              <Row key={connection.id} connection={connection} />
            ))}
          </ul>
        )}
        {all?.length === 0 && !adding.value && <p class="lead">{text.none}</p>}
        {adding.value ? (
          <ModelForm
            named
            saveLabel={t().common.save}
            save={save}
            onSaved={() => undefined}
            onCancel={() => (adding.value = false)}
          />
        ) : (
          all && (
            <button class="button primary" onClick={() => (adding.value = true)}>
              {text.add}
            </button>
          )
        )}
      </Section>
    </Place>
  );
}

function Row({ connection }: { connection: SharedConnection }) {
  const text = texts();
  const { id, base_url, source, grants } = connection;
  const to = offerOf(connection);
  return (
    <li>
      <a class="admin-link connection-link" href={placeOf("connections", id)} onClick={follow}>
        <span>
          <strong>
            <bdi>{labelOf(connection)}</bdi> {source === "environment" && <span class="tag">{text.ofSettings}</span>}
          </strong>
          <small>
            <Facts of={[hostOf(base_url), text.models(modelsOf(connection).length)]} />
          </small>
        </span>
        <small>{to === "groups" ? text.offers.groups(grants.length) : text.offers[to]}</small>
        <Icon name="right" />
      </a>
    </li>
  );
}
