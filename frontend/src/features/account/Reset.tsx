import { useSignal } from "@preact/signals";
import { send } from "../../api/http";
import { navigate } from "../../browser/router";
import { t } from "../../i18n";
import { routes } from "../../routes";
import { PasswordField } from "../../ui/PasswordField";
import { Problem } from "../../ui/Problem";
import { notify } from "../../ui/toasts";
import { useAction } from "../../ui/useAction";
import { authText } from "./authTexts";
import { tokenInAddress } from "./tokenInAddress";

export function Reset() {
  const token = useSignal(tokenInAddress());
  const password = useSignal("");
  const { busy, error, run } = useAction();
  const submit = async (event: Event) => {
    event.preventDefault();
    const body = { token: token.value, new_password: password.value };
    if (!(await run(() => send("POST /auth/password/reset", { body })))) return;
    notify({ text: authText().resetDone });
    navigate(routes.login, { replace: true });
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <h1>{authText().resetTitle}</h1>
      <PasswordField
        label={authText().newPassword}
        hint={authText().passwordHint}
        autocomplete="new-password"
        autofocus
        required
        minLength={8}
        maxLength={128}
        value={password.value}
        onValue={(value) => (password.value = value)}
      />
      <Problem text={error.value?.text} />
      <button class="button primary wide" disabled={busy.value}>
        {t().common.save}
      </button>
    </form>
  );
}
