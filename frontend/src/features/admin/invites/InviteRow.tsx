import { useSignal } from "@preact/signals";
import type { Invite } from "../../../api/types";
import { locale } from "../../../browser/preferences";
import { Facts } from "../../../ui/Facts";
import { notify } from "../../../ui/toasts";
import { whole } from "../../usage/money";
import { Confirm } from "../Confirm";
import { shortDay } from "../times";
import { revokeInvite } from "./invites";
import { text as texts } from "./texts";

/** An invite: for whom, what is left of it, until when; while it is open it can be revoked. */
export function InviteRow({ invite }: { invite: Invite }) {
  const text = texts();
  const asking = useSignal(false);
  const { id, prefix, note, uses, uses_left, group, state, created_by, expires_at, revoked_at } = invite;
  const name = note ?? `${prefix}…`;
  const isOpen = state === "open";
  const revoke = async () => {
    await revokeInvite(id);
    notify({ text: text.revoked });
  };
  return (
    <li class="invite-row">
      <div>
        <strong>
          {note ? <bdi>{note}</bdi> : text.unnamed} {!isOpen && <span class="tag over">{text.states[state]}</span>}
        </strong>
        <small>
          <code>{prefix}…</code> ·{" "}
          <Facts
            of={[
              text.used(whole(uses - uses_left, locale.value), whole(uses, locale.value)),
              isOpen ? text.until(shortDay(expires_at)) : text.ended(shortDay(revoked_at ?? expires_at)),
              group && text.into(group.name),
              created_by ? text.by(created_by.username) : text.byCommand,
            ]}
          />
        </small>
      </div>
      {isOpen && !asking.value && (
        <button class="button" aria-label={text.revokeOne(name)} onClick={() => (asking.value = true)}>
          {text.revoke}
        </button>
      )}
      {asking.value && (
        <Confirm
          label={text.revokeOne(name)}
          lead={text.revokeAsk}
          sure={text.revokeSure}
          work={revoke}
          onCancel={() => (asking.value = false)}
        />
      )}
    </li>
  );
}
