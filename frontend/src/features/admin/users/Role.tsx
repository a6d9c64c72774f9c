import type { AdminUser } from "../../../api/types";
import { t } from "../../../i18n";
import { Choice } from "../../../ui/Choice";
import { Problem } from "../../../ui/Problem";
import { Section } from "../../../ui/Section";
import { notify } from "../../../ui/toasts";
import { tellFailure, useWork } from "../calls";
import type { UserPart } from "./parts";
import { text as texts } from "./texts";
import { changeUser } from "./users";

type RoleName = AdminUser["role"];

/** What a user may do here. */
export function Role({ user: { id, username, role }, learn }: UserPart) {
  const text = texts();
  const { error, run } = useWork();
  const set = async (to: RoleName) => learn(await changeUser(id, { role: to }));
  const choose = (to: RoleName) =>
    run(async () => {
      await set(to);
      notify({
        text: (to === "admin" ? text.isAdmin : text.isUser)(username),
        about: `role ${id}`,
        action: { label: t().common.undo, run: () => void set(role).catch(tellFailure) },
        undoes: true,
      });
    });
  return (
    <Section title={text.role} lead={text.roleLead}>
      <div class="admin-alone">
        <Choice<RoleName>
          label={text.role}
          value={role}
          options={Object.entries(text.roles) as [RoleName, string][]}
          onChange={(to) => void choose(to)}
        />
      </div>
      <Problem text={error.value?.text} />
    </Section>
  );
}
