import { useSignal } from "@preact/signals";
import { t } from "../../../i18n";
import { Problem } from "../../../ui/Problem";
import { Section } from "../../../ui/Section";
import { notify } from "../../../ui/toasts";
import { Act } from "../Act";
import { tellFailure, useWork } from "../calls";
import type { UserPart } from "./parts";
import { text as texts } from "./texts";
import { changeUser, endSessions, sendResetLink } from "./users";

/** Whether a user may log in, where they are, and how they get in again. */
export function Access({ user, learn, reload }: UserPart & { reload: () => Promise<unknown> }) {
  const text = texts();
  const { id, username, email, status, sessions } = user;
  const { error, run } = useWork();
  const isSent = useSignal(false);
  const isActive = status === "active";
  const set = async (enabled: boolean) => {
    learn(await changeUser(id, { enabled }));
    await reload();
  };
  const toggle = () =>
    run(async () => {
      await set(!isActive);
      notify({
        text: (isActive ? text.disabled : text.enabled)(username),
        about: `enabled ${id}`,
        action: { label: t().common.undo, run: () => void set(isActive).catch(tellFailure) },
        undoes: true,
      });
    });
  const end = () =>
    run(async () => {
      await endSessions(id);
      learn({ sessions: 0 });
      notify({ text: text.ended(username) });
    });
  const send = () =>
    run(async () => {
      await sendResetLink(id);
      isSent.value = true;
      notify({ text: text.linkSent(email) });
    });
  return (
    <Section title={text.access}>
      <Problem text={error.value?.text} />
      <ul class="rows">
        <Act
          name={isActive ? text.active : text.inactive}
          lead={isActive ? text.activeLead : text.inactiveLead}
          button={isActive ? text.disable : text.enable}
          onDo={toggle}
        />
        <Act name={text.endTitle} lead={text.open(sessions)} button={sessions > 0 && text.end} onDo={end} />
        {isActive && (
          <Act
            name={text.reset}
            lead={isSent.value ? text.linkSent(email) : text.resetLead(email)}
            button={!isSent.value && text.sendLink}
            onDo={send}
          />
        )}
      </ul>
    </Section>
  );
}
