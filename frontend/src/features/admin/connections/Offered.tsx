import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Grant, SharedConnection } from "../../../api/types";
import { follow } from "../../../browser/router";
import { t } from "../../../i18n";
import { Choice } from "../../../ui/Choice";
import { Icon } from "../../../ui/Icon";
import { Problem } from "../../../ui/Problem";
import { Section } from "../../../ui/Section";
import { notify } from "../../../ui/toasts";
import { placeOf } from "../at";
import { useWork } from "../calls";
import { groupOf, groupOptions, groups, loadGroups } from "../groups/groups";
import { Picker } from "../Picker";
import { type Offer, offer, offerOf } from "./connections";
import { Granted } from "./Granted";
import { text as texts } from "./texts";

interface Terms {
  to: Offer;
  grants: Grant[];
}

/** Who may use a connection; nothing changes before it is saved. */
export function Offered({ connection }: { connection: SharedConnection }) {
  const text = texts();
  const saved: Terms = { to: offerOf(connection), grants: connection.grants };
  const edited = useSignal<Terms | null>(null);
  const wrong = useSignal<number | null>(null);
  const { busy, error, run } = useWork();
  useEffect(() => void run(loadGroups), []);
  const { to, grants } = edited.value ?? saved;
  const isChanged = to !== saved.to || !isSame(grants, saved.grants);
  const change = (what: Partial<Terms>) => {
    edited.value = { to, grants, ...what };
    wrong.value = null;
  };
  const changeGrants = (changed: Grant[]) => change({ grants: changed });
  const save = () => {
    wrong.value = grants.find(({ model_ids }) => model_ids?.length === 0)?.group_id ?? null;
    if (wrong.value !== null) return;
    void run(async () => {
      await offer(connection, to, grants);
      edited.value = null;
      notify({ text: text.saved(connection.label) });
    });
  };
  const chosen = grants.map(({ group_id }) => group_id);
  return (
    <Section title={text.access} lead={text.accessLead}>
      <Choice<Offer>
        label={text.to}
        value={to}
        options={Object.entries(text.tos) as [Offer, string][]}
        onChange={(value) => change({ to: value })}
      />
      {to === "groups" && (
        <div class="grants">
          {grants.length > 0 && (
            <ul class="rows">
              {grants.map((grant) => (
                <Granted
                  key={grant.group_id}
                  grant={grant}
                  name={groupOf(grant.group_id)?.name ?? text.goneGroup}
                  connection={connection}
                  isWrong={wrong.value === grant.group_id}
                  onChange={(model_ids) =>
                    changeGrants(
                      grants.map((other) => (other.group_id === grant.group_id ? { ...other, model_ids } : other)),
                    )
                  }
                  onRemove={() => changeGrants(grants.filter(({ group_id }) => group_id !== grant.group_id))}
                />
              ))}
            </ul>
          )}
          {groups.value?.length === 0 ? (
            <p class="note">
              {text.noGroups}{" "}
              <a href={placeOf("groups")} onClick={follow}>
                {text.makeGroup}
              </a>
            </p>
          ) : (
            grants.length === 0 && <p class="note">{text.nobodyYet}</p>
          )}
          {(groups.value?.length ?? 0) > chosen.length && (
            <Picker
              label={text.addGroup}
              options={groupOptions(chosen)}
              onChoose={(value) => changeGrants([...grants, { group_id: Number(value), model_ids: null }])}
            >
              <Icon name="plus" />
              {text.addGroup}
            </Picker>
          )}
        </div>
      )}
      <Problem text={error.value?.text} />
      {isChanged && (
        <div class="form-buttons">
          <button class="button primary" disabled={busy.value} onClick={save}>
            {t().common.save}
          </button>
          <button class="button" onClick={() => (edited.value = null)}>
            {t().common.cancel}
          </button>
        </div>
      )}
    </Section>
  );
}

/** In whatever order they stand. */
function isSame(some: Grant[], others: Grant[]): boolean {
  const written = (grants: Grant[]) =>
    JSON.stringify(
      grants
        .map(({ group_id, model_ids }) => [group_id, model_ids && [...model_ids].sort()])
        .sort(([one], [other]) => Number(one) - Number(other)),
    );
  return written(some) === written(others);
}
