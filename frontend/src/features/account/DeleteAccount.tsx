import { useSignal } from "@preact/signals";
import { t } from "../../i18n";
import { PasswordField } from "../../ui/PasswordField";
import { Problem } from "../../ui/Problem";
import { Section } from "../../ui/Section";
import { useAction } from "../../ui/useAction";
import { deleteAccount } from "./account";
import { accountText } from "./texts";

export function DeleteAccount() {
  const asked = useSignal(false);
  const password = useSignal("");
  const { busy, error, run } = useAction();
  const submit = (event: Event) => {
    event.preventDefault();
    void run(() => deleteAccount(password.value));
  };
  const text = accountText();
  return (
    <Section title={text.deleteAccount} lead={text.deleteLead}>
      {!asked.value ? (
        <button class="button danger" onClick={() => (asked.value = true)}>
          {text.deleteAccount}…
        </button>
      ) : (
        <form onSubmit={submit}>
          <PasswordField
            label={text.deletePassword}
            autocomplete="current-password"
            autofocus
            required
            maxLength={128}
            value={password.value}
            error={error.value?.code === "wrong_password" ? error.value.text : undefined}
            onValue={(value) => (password.value = value)}
          />
          <Problem text={error.value && error.value.code !== "wrong_password" ? error.value.text : undefined} />
          <div class="form-buttons">
            <button type="button" class="button" onClick={() => (asked.value = false)}>
              {t().common.cancel}
            </button>
            <button class="button danger" disabled={busy.value}>
              {text.deleteConfirm}
            </button>
          </div>
        </form>
      )}
    </Section>
  );
}
