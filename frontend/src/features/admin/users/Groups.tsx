import { useEffect } from "preact/hooks";
import { follow } from "../../../browser/router";
import { t } from "../../../i18n";
import { Icon } from "../../../ui/Icon";
import { IconButton } from "../../../ui/IconButton";
import { Problem } from "../../../ui/Problem";
import { Section } from "../../../ui/Section";
import { notify } from "../../../ui/toasts";
import { placeOf } from "../at";
import { tellFailure, useWork } from "../calls";
import { groupOf, groupOptions, groups, loadGroups } from "../groups/groups";
import { Picker } from "../Picker";
import type { UserPart } from "./parts";
import { text as texts } from "./texts";
import { changeUser } from "./users";

/** The groups that a user is in; each change can be taken back. */
export function Groups({ user: { id, username, groups: own }, learn }: UserPart) {
  const text = texts();
  const { error, run } = useWork();
  useEffect(() => void run(loadGroups), []);
  const ids = own.map((group) => group.id);
  const set = async (group_ids: number[]) => learn(await changeUser(id, { group_ids }));
  const change = (group_ids: number[], said: string) =>
    run(async () => {
      await set(group_ids);
      notify({
        text: said,
        about: `groups ${id}`,
        action: { label: t().common.undo, run: () => void set(ids).catch(tellFailure) },
        undoes: true,
      });
    });
  const join = (group: number) => change([...ids, group], text.joined(username, groupOf(group)?.name ?? ""));
  return (
    <Section title={text.groups} lead={text.groupsLead}>
      {own.length > 0 ? (
        <ul class="admin-chips">
          {own.map((group) => (
            <li key={group.id}>
              <a href={placeOf("groups", group.id)} onClick={follow}>
                <bdi>{group.name}</bdi>
              </a>
              <IconButton
                icon="close"
                label={text.leave(group.name)}
                onClick={() =>
                  void change(
                    ids.filter((other) => other !== group.id),
                    text.left(username, group.name),
                  )
                }
              />
            </li>
          ))}
        </ul>
      ) : (
        <p class="lead">{text.noGroups}</p>
      )}
      <Problem text={error.value?.text} />
      {groups.value?.length === 0 ? (
        <p class="note">
          {text.makeGroups}{" "}
          <a href={placeOf("groups")} onClick={follow}>
            {text.makeOne}
          </a>
        </p>
      ) : (
        (groups.value?.length ?? 0) > own.length && (
          <Picker label={text.addGroup} options={groupOptions(ids)} onChoose={(value) => void join(Number(value))}>
            <Icon name="plus" />
            {text.addGroup}
          </Picker>
        )
      )}
    </Section>
  );
}
