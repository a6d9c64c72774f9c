import { useSignal } from "@preact/signals";
import { api } from "../../api/client";
import { PasswordField } from "../../ui/PasswordField";
import { Problem } from "../../ui/Problem";
import { Section } from "../../ui/Section";
import { useAction } from "../../ui/useAction";
import { account } from "./account";
import { authText } from "./authTexts";
import { accountText } from "./texts";

export function Password() {
  const old = useSignal("");
  const next = useSignal("");
  const done = useSignal(false);
  const { busy, error, run } = useAction();
  const submit = async (event: Event) => {
    event.preventDefault();
    const body = { old_password: old.value, new_password: next.value };
    done.value = await run(() => api("PUT /auth/password", { body }));
    if (done.value) old.value = next.value = "";
  };
  const text = accountText();
  const wrong = (code: string) => (error.value?.code === code ? error.value.text : undefined);
  const other = error.value && !["wrong_password", "password_too_common"].includes(error.value.code);
  return (
    <Section title={text.password}>
      <form onSubmit={(event) => void submit(event)}>
        <input type="text" autocomplete="username" value={account.value?.username} hidden readOnly />
        <PasswordField
          label={text.oldPassword}
          autocomplete="current-password"
          required
          maxLength={128}
          value={old.value}
          error={wrong("wrong_password")}
          onValue={(value) => (old.value = value)}
        />
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
          {done.value && text.passwordChanged}
        </p>
        <button class="button" disabled={busy.value}>
          {text.changePassword}
        </button>
      </form>
    </Section>
  );
}
