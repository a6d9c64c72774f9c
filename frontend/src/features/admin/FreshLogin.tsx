import { useSignal } from "@preact/signals";
import { t } from "../../i18n";
import { Dialog } from "../../ui/Dialog";
import { PasswordField } from "../../ui/PasswordField";
import { Problem } from "../../ui/Problem";
import { useAction } from "../../ui/useAction";
import { account } from "../account/account";
import { asked, logInAgain } from "./fresh";
import { text as texts } from "./texts";
import "../../ui/forms.css";

/** Asks for the password before a change is made, where the login is not fresh any more. */
export function FreshLogin() {
  const text = texts();
  const password = useSignal("");
  const { busy, error, run } = useAction();
  const { answer } = asked.value!;
  const isWrong = error.value?.code === "wrong_password";
  const confirm = async () => {
    if (await run(() => logInAgain(password.value))) answer(true);
  };
  return (
    <Dialog title={text.sure} onClose={() => answer(false)}>
      <form
        class="fresh-login"
        onSubmit={(event) => {
          event.preventDefault();
          void confirm();
        }}
      >
        <p class="lead">{text.sureLead}</p>
        <input type="text" autocomplete="username" value={account.value?.username} hidden readOnly />
        <PasswordField
          label={text.password}
          autocomplete="current-password"
          autofocus
          required
          maxLength={128}
          value={password.value}
          error={isWrong ? error.value!.text : undefined}
          onValue={(value) => (password.value = value)}
        />
        <Problem text={isWrong ? undefined : error.value?.text} />
        <div class="form-buttons">
          <button class="button primary" disabled={busy.value}>
            {text.goOn}
          </button>
          <button type="button" class="button" onClick={() => answer(false)}>
            {t().common.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
