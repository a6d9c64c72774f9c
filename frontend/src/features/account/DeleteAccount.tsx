import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { t } from "../../i18n";
import { PasswordField } from "../../ui/PasswordField";
import { Problem } from "../../ui/Problem";
import { Section } from "../../ui/Section";
import { useAction } from "../../ui/useAction";
import { account, deleteAccount } from "./account";
import { withFreshLogin } from "./fresh";
import { accountText } from "./texts";

/** With the password, where there is one; else with a fresh login. */
export function DeleteAccount() {
  const asked = useSignal(false);
  const password = useSignal("");
  const { busy, error, run } = useAction();
  const hasPassword = account.value?.has_password !== false;
  const submit = (event: Event) => {
    event.preventDefault();
    void run(() => withFreshLogin(() => deleteAccount(hasPassword ? password.value : undefined)));
  };
  const text = accountText();
  const id = useId();
  return (
    <Section title={text.deleteAccount} lead={text.deleteLead}>
      {!asked.value ? (
        <button class="button danger" onClick={() => (asked.value = true)}>
          {text.deleteAccount}…
        </button>
      ) : (
        <form onSubmit={submit}>
          {hasPassword ? (
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
          ) : (
            <p id={id}>{text.deleteSure}</p>
          )}
          <Problem text={error.value && error.value.code !== "wrong_password" ? error.value.text : undefined} />
          <div class="form-buttons">
            <button
              type="button"
              class="button"
              autofocus={!hasPassword}
              aria-describedby={hasPassword ? undefined : id}
              onClick={() => (asked.value = false)}
            >
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
