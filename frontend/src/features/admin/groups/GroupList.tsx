import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { follow, navigate } from "../../../browser/router";
import { Icon } from "../../../ui/Icon";
import { Section } from "../../../ui/Section";
import { notify } from "../../../ui/toasts";
import { placeOf } from "../at";
import { useWork } from "../calls";
import { Failed } from "../Failed";
import { Place } from "../Place";
import { Waiting } from "../Waiting";
import { GroupForm } from "./GroupForm";
import { groups, loadGroups, makeGroup } from "./groups";
import { text as texts } from "./texts";

/** All groups; a new one is opened once it is made. */
export function GroupList() {
  const text = texts();
  const adding = useSignal(false);
  const { error, run } = useWork();
  const load = () => void run(loadGroups);
  useEffect(load, []);
  const all = groups.value;
  const make = async (name: string) => {
    const made = await makeGroup(name);
    notify({ text: text.made(made.name) });
    navigate(placeOf("groups", made.id));
  };
  return (
    <Place section="groups">
      <Section lead={text.lead}>
        {error.value && <Failed text={error.value.text} onRetry={load} />}
        {!all && !error.value && <Waiting />}
        {all && all.length > 0 && (
          <ul class="rows admin-links">
            {all.map(({ id, name, members }) => (
              <li key={id}>
                <a class="admin-link" href={placeOf("groups", id)} onClick={follow}>
                  <strong dir="auto">{name}</strong>
                  <small>{text.members(members)}</small>
                  <Icon name="right" />
                </a>
              </li>
            ))}
          </ul>
        )}
        {all?.length === 0 && !adding.value && <p class="lead">{text.none}</p>}
        {adding.value ? (
          <GroupForm name="" save={make} saveLabel={text.make} onCancel={() => (adding.value = false)} />
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
