import type { AuditAction } from "../../../api/types";
import { Field } from "../../../ui/Field";
import { IconButton } from "../../../ui/IconButton";
import { Select } from "../../../ui/Select";
import { accountText } from "../../account/texts";
import { UserPicker } from "../UserPicker";
import { EVERYTHING, type Filters, filters } from "./events";
import { text as texts } from "./texts";

/** Which events are shown. */
export function AuditFilters({ onChange }: { onChange: () => void }) {
  const text = texts();
  const { user, action, outcome, from, to } = filters.value;
  const isAny = JSON.stringify(filters.value) === JSON.stringify(EVERYTHING);
  const change = (what: Partial<Filters>) => {
    filters.value = { ...filters.value, ...what };
    onChange();
  };
  return (
    <search class="audit-filters">
      <div class="field">
        <span class="audit-label">{text.user}</span>
        <span class="audit-user">
          <UserPicker
            label={text.user}
            isChosen={({ id }) => id === user?.id}
            onChoose={({ id, username }) => change({ user: { id, username } })}
          >
            <bdi>{user?.username ?? text.anyUser}</bdi>
          </UserPicker>
          {user && <IconButton icon="close" label={text.allUsers} onClick={() => change({ user: null })} />}
        </span>
      </div>
      <Select<AuditAction | "">
        label={text.action}
        value={action}
        options={[["", text.anyAction], ...actions()]}
        onValue={(value) => change({ action: value })}
      />
      <Select<Filters["outcome"]>
        label={text.outcome}
        value={outcome}
        options={Object.entries(text.outcomes) as [Filters["outcome"], string][]}
        onValue={(value) => change({ outcome: value })}
      />
      <Field
        label={text.from}
        value={from}
        input={{ type: "date", max: to || undefined }}
        onValue={(value) => change({ from: value })}
      />
      <Field
        label={text.to}
        value={to}
        input={{ type: "date", min: from || undefined }}
        onValue={(value) => change({ to: value })}
      />
      {!isAny && (
        <button class="link audit-clear" onClick={() => change(EVERYTHING)}>
          {text.clear}
        </button>
      )}
    </search>
  );
}

/** By what they are called. */
function actions(): [AuditAction, string][] {
  const all = Object.entries(accountText().actions) as [AuditAction, string][];
  return all.sort(([, one], [, other]) => one.localeCompare(other));
}
