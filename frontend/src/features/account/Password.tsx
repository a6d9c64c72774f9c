import { useSignal } from "@preact/signals";
import { PasswordField } from "../../ui/PasswordField";
import { Problem } from "../../ui/Problem";
import { Section } from "../../ui/Section";
import { notify } from "../../ui/toasts";
import { useAction } from "../../ui/useAction";
import { account, changed } from "./account";
import { authText } from "./authTexts";
import { hasOther } from "./factors";
import { surely } from "./fresh";
import { Sure } from "./Sure";
import { accountText } from "./texts";

/** Another one, or the first. */
export function Password() {
  const old = useSignal("");
  const next = useSignal("");
  const done = useSignal<string | false>(false);
  const removing = useSignal(false);
  const { busy, error, run } = useAction();
  const text = accountText();
  const hasOne = account.value?.has_password !== false;
  const submit = async (event: Event) => {
    event.preventDefault();
    const body = { old_password: hasOne ? old.value : undefined, new_password: next.value };
    done.value =
      (await run(() => surely("PUT /auth/password", { body }))) && (hasOne ? text.passwordChanged : text.passwordSet);
    if (!done.value) return;
    old.value = next.value = "";
    if (!hasOne) changed({ ...account.value!, has_password: true });
  };
  const remove = async () => {
    await surely("DELETE /auth/password");
    done.value = false;
    changed({ ...account.value!, has_password: false });
    notify({ text: text.passwordRemoved });
  };
  const wrong = (code: string) => (error.value?.code === code ? error.value.text : undefined);
  const other = error.value && !["wrong_password", "password_too_common"].includes(error.value.code);
  return (
    <Section title={text.password} lead={hasOne ? undefined : text.noPassword}>
      <form onSubmit={(event) => void submit(event)}>
        <input type="text" autocomplete="username" value={account.value?.username} hidden readOnly />
        {hasOne && (
          <PasswordField
            label={text.oldPassword}
            autocomplete="current-password"
            required
            maxLength={128}
            value={old.value}
            error={wrong("wrong_password")}
            onValue={(value) => (old.value = value)}
          />
        )}
        <PasswordField
          label={authText().newPassword}
          hint={authText().passwordHint}
          autocomplete="new-password"
          required
          minLength={8}
          maxLength={128}
          value={next.value}
          error={wrong("password_too_common")}
          onValue={(value) => (next.value = value)}
        />
        <Problem text={other ? error.value?.text : undefined} />
        <p class="verdict" role="status">
          {done.value}
        </p>
        <button class="button" disabled={busy.value}>
          {hasOne ? text.changePassword : text.setPassword}
        </button>
      </form>
      {hasOne && hasOther.value && !removing.value && (
        <button class="button" onClick={() => (removing.value = true)}>
          {text.removePassword}…
        </button>
      )}
      {removing.value && (
        <Sure
          lead={text.removePasswordLead}
          label={text.removePassword}
          work={remove}
          onEnd={() => (removing.value = false)}
          isBad
        />
      )}
    </Section>
  );
}
