import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Field } from "../../../ui/Field";
import { Problem } from "../../../ui/Problem";
import { Select } from "../../../ui/Select";
import { explainFailure, useWork } from "../calls";
import { Failed } from "../Failed";
import { groups, loadGroups } from "../groups/groups";
import { Place } from "../Place";
import { text as frameTexts } from "../texts";
import { useFirstNew } from "../useFirstNew";
import { Waiting } from "../Waiting";
import { text as texts } from "./texts";
import { UserRow } from "./UserRow";
import { type Filters, filters, list, loadUsers, moreUsers, type Status } from "./users";

const PAUSE_MILLISECONDS = 200;
let typing = 0;

/** All users by their names, some at a time; found by how a name or an address begins. */
export function UserList() {
  const text = texts();
  const { busy, error, run } = useWork();
  const failed = useSignal<string | undefined>(undefined);
  /** What is typed meanwhile counts: of two answers the newer one is shown. */
  const load = async () => {
    failed.value = undefined;
    await loadUsers().catch((problem: unknown) => (failed.value = explainFailure(problem)));
  };
  useEffect(() => {
    void load();
    void loadGroups().catch(() => undefined); // there is one filter less
    return () => clearTimeout(typing);
  }, []);
  const change = (what: Partial<Filters>, pause = 0) => {
    filters.value = { ...filters.value, ...what };
    clearTimeout(typing);
    typing = window.setTimeout(() => void load(), pause);
  };
  const { q, status, group } = filters.value;
  const { users, next } = list.value ?? {};
  const added = useFirstNew(users?.length ?? 0);
  const more = () => {
    added.expect();
    void run(moreUsers);
  };
  return (
    <Place section="users">
      <search class="user-filters">
        <Field
          label={text.find}
          placeholder={text.findHint}
          autocomplete="off"
          maxLength={100}
          value={q}
          input={{ spellcheck: false, autocapitalize: "off" }}
          onValue={(value) => change({ q: value }, PAUSE_MILLISECONDS)}
        />
        <Select<Status | "">
          label={text.status}
          value={status}
          options={[["", text.anyStatus], ...(Object.entries(text.statuses) as [Status, string][])]}
          onValue={(value) => change({ status: value })}
        />
        {!!groups.value?.length && (
          <Select
            label={text.group}
            value={String(group ?? "")}
            options={[["", text.anyGroup], ...groups.value.map(({ id, name }): [string, string] => [String(id), name])]}
            onValue={(value) => change({ group: value ? Number(value) : null })}
          />
        )}
      </search>
      {failed.value && <Failed text={failed.value} onRetry={() => void load()} />}
      {!users && !failed.value && <Waiting rows={6} />}
      {users && (
        <ul ref={added.list} class="rows users">
          {users.map((user) => (
            <UserRow key={user.id} user={user} />
          ))}
        </ul>
      )}
      <p class="lead" role="status">
        {users?.length === 0 && text.none}
      </p>
      <Problem text={error.value?.text} />
      {next && (
        <button class="button admin-more" disabled={busy.value} onClick={more}>
          {frameTexts().more}
        </button>
      )}
    </Place>
  );
}
