import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { AdminUser, Group } from "../../../api/types";
import { follow } from "../../../browser/router";
import { t } from "../../../i18n";
import { Icon } from "../../../ui/Icon";
import { IconButton } from "../../../ui/IconButton";
import { Problem } from "../../../ui/Problem";
import { Section } from "../../../ui/Section";
import { notify } from "../../../ui/toasts";
import { placeOf } from "../at";
import { read, tellFailure, useWork, write } from "../calls";
import { text as frameTexts } from "../texts";
import { UserPicker } from "../UserPicker";
import { useFirstNew } from "../useFirstNew";
import { Initial } from "../users/Initial";
import { Waiting } from "../Waiting";
import { loadGroups } from "./groups";
import { text as texts } from "./texts";

type Member = Pick<AdminUser, "id" | "username" | "email">;

/** Who is in a group; each change can be taken back. */
export function Members({ group: { id } }: { group: Group }) {
  const text = texts();
  const members = useSignal<Member[] | undefined>(undefined);
  const next = useSignal<string | null>(null);
  const { busy, error, run } = useWork();
  const load = async (cursor?: string) => {
    const page = await read("GET /admin/groups/{id}/members", { params: { id, cursor } });
    members.value = [...(cursor ? members.value! : []), ...page.users];
    next.value = page.next_cursor;
  };
  useEffect(() => void run(load), []);
  const added = useFirstNew(members.value?.length ?? 0);
  const more = () => {
    added.expect();
    void run(() => load(next.value!));
  };
  const isIn = (user: Member) => members.value?.some((other) => other.id === user.id) ?? false;
  const put = async (user: Member, isMember: boolean) => {
    const params = { id, user_id: user.id };
    if (isMember) await write("PUT /admin/groups/{id}/members/{user_id}", { params });
    else await write("DELETE /admin/groups/{id}/members/{user_id}", { params });
    const others = members.value?.filter((other) => other.id !== user.id) ?? [];
    members.value = isMember ? sorted([...others, user]) : others;
    void loadGroups().catch(() => undefined); // how many they are
  };
  const change = (user: Member, isMember: boolean) =>
    run(async () => {
      await put(user, isMember);
      notify({
        text: (isMember ? text.joined : text.left)(user.username),
        about: `member ${id} ${user.id}`,
        action: { label: t().common.undo, run: () => void put(user, !isMember).catch(tellFailure) },
        undoes: true,
      });
    });
  return (
    <Section title={text.membersTitle}>
      <Problem text={error.value?.text} />
      {!members.value && !error.value && <Waiting rows={2} />}
      {members.value && members.value.length > 0 && (
        <ul ref={added.list} class="rows members">
          {members.value.map((user) => (
            <li key={user.id}>
              <a class="admin-link" href={placeOf("users", user.id)} onClick={follow}>
                <Initial name={user.username} />
                <strong>
                  <bdi>{user.username}</bdi>
                </strong>
                <small>{user.email}</small>
              </a>
              <IconButton icon="close" label={text.takeOut(user.username)} onClick={() => void change(user, false)} />
            </li>
          ))}
        </ul>
      )}
      {members.value?.length === 0 && <p class="lead">{text.noMembers}</p>}
      {next.value && (
        <button class="button" disabled={busy.value} onClick={more}>
          {frameTexts().more}
        </button>
      )}
      <UserPicker label={text.findMember} isChosen={isIn} onChoose={(user) => void change(user, true)}>
        <Icon name="plus" />
        {text.addMember}
      </UserPicker>
    </Section>
  );
}

function sorted(members: Member[]): Member[] {
  return members.sort((one, other) => one.username.localeCompare(other.username));
}
