import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { InviteCreated } from "../../../api/types";
import { locale } from "../../../browser/preferences";
import { t } from "../../../i18n";
import { Choice } from "../../../ui/Choice";
import { Field } from "../../../ui/Field";
import { Problem } from "../../../ui/Problem";
import { Select } from "../../../ui/Select";
import { whole } from "../../usage/money";
import { useWork } from "../calls";
import { groups, loadGroups } from "../groups/groups";
import { makeInvite } from "./invites";
import { DAYS, type Days, text as texts } from "./texts";

const MOST_USES = 10_000;

interface Props {
  onMade: (made: InviteCreated) => void;
  onCancel: () => void;
}

/** For how many an invite is, for how long, and which group they come into. */
export function InviteForm({ onMade, onCancel }: Props) {
  const text = texts();
  const note = useSignal("");
  const uses = useSignal("1");
  const days = useSignal<Days>("7");
  const group = useSignal("");
  const isWrong = useSignal(false);
  const { busy, error, run } = useWork();
  useEffect(() => void loadGroups().catch(() => undefined), []); // there is one choice less
  const told = (of: string) => error.value?.fields.find(({ field }) => field === of)?.message;
  const atUses = isWrong.value ? text.usesWrong(whole(MOST_USES, locale.value)) : told("uses");
  const submit = (event: Event) => {
    event.preventDefault();
    const count = /^\d+$/.test(uses.value.trim()) ? Number(uses.value) : 0;
    isWrong.value = count < 1 || count > MOST_USES;
    if (isWrong.value) return;
    const body = {
      uses: count,
      expires_in_days: Number(days.value),
      group_id: group.value ? Number(group.value) : null,
      note: note.value.trim() || null,
    };
    void run(async () => onMade(await makeInvite(body)));
  };
  return (
    <form class="invite-form" noValidate onSubmit={submit}>
      <Field
        label={text.note}
        hint={text.noteHint}
        autofocus
        autocomplete="off"
        maxLength={100}
        value={note.value}
        error={told("note")}
        onValue={(value) => (note.value = value)}
      />
      <div class="invite-pair">
        <Field
          label={text.uses}
          hint={text.usesHint}
          autocomplete="off"
          maxLength={6}
          value={uses.value}
          input={{ inputMode: "numeric" }}
          error={atUses}
          onValue={(value) => {
            uses.value = value;
            isWrong.value = false;
          }}
        />
        {!!groups.value?.length && (
          <Select
            label={text.group}
            hint={text.groupHint}
            value={group.value}
            options={[["", text.noGroup], ...groups.value.map(({ id, name }): [string, string] => [String(id), name])]}
            onValue={(value) => (group.value = value)}
          />
        )}
      </div>
      <Choice<Days>
        label={text.ends}
        value={days.value}
        options={DAYS.map((each) => [each, text.after(each)])}
        onChange={(value) => (days.value = value)}
      />
      <Problem text={atUses || told("note") ? undefined : error.value?.text} />
      <div class="form-buttons">
        <button class="button primary" disabled={busy.value}>
          {text.make}
        </button>
        <button type="button" class="button" onClick={onCancel}>
          {t().common.cancel}
        </button>
      </div>
    </form>
  );
}
