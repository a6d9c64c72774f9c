import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { navigate } from "../../../browser/router";
import { t } from "../../../i18n";
import { Section } from "../../../ui/Section";
import { notify } from "../../../ui/toasts";
import { placeOf } from "../at";
import { Confirm } from "../Confirm";
import { useWork } from "../calls";
import { Failed } from "../Failed";
import { Place } from "../Place";
import { Waiting } from "../Waiting";
import { GroupForm } from "./GroupForm";
import { groupOf, groups, loadGroups, removeGroup, renameGroup } from "./groups";
import { Members } from "./Members";
import { text as texts } from "./texts";

/** One group: who is in it, what it is called, its end. */
export function GroupPage({ id }: { id: number }) {
  const text = texts();
  const { error, run } = useWork();
  const asking = useSignal(false);
  const load = () => void run(loadGroups);
  useEffect(load, []);
  const group = groupOf(id);
  if (!group)
    return (
      <Place section="groups" title={text.group}>
        {error.value && <Failed text={error.value.text} onRetry={load} />}
        {groups.value && <p class="lead">{text.gone}</p>}
        {!groups.value && !error.value && <Waiting />}
      </Place>
    );
  const { name } = group;
  const rename = async (to: string) => {
    await renameGroup(id, to);
    notify({ text: text.renamed(to) });
  };
  const remove = async () => {
    await removeGroup(id);
    notify({ text: text.removed(name) });
    navigate(placeOf("groups"), { replace: true });
  };
  return (
    <Place section="groups" title={name}>
      <Members group={group} />
      <Section title={text.rename}>
        <GroupForm key={name} name={name} save={rename} saveLabel={t().common.save} />
      </Section>
      <Section title={text.removeTitle} lead={text.removeLead}>
        {asking.value ? (
          <Confirm
            label={text.removeTitle}
            lead={text.removeAsk(name)}
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
    </Place>
  );
}
