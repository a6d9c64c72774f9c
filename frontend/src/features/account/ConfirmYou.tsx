import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { api, patient } from "../../api/client";
import type { Again } from "../../api/types";
import { hasPasskeys } from "../../browser/webauthn";
import { t } from "../../i18n";
import { Dialog } from "../../ui/Dialog";
import { PasswordField } from "../../ui/PasswordField";
import { Problem } from "../../ui/Problem";
import { useAction } from "../../ui/useAction";
import { account } from "./account";
import { confirmText } from "./confirmTexts";
import { asked } from "./fresh";
import { GivenCode, givenIn, NO_CODE } from "./GivenCode";
import { passkeyAgain } from "./passkeyCalls";
import { wayText } from "./wayTexts";
import "../../ui/forms.css";
import "./factors.css";
import "./ways.css";

/** Said at their field. */
const SAID = ["wrong_password", "wrong_code", "code_required"];

/** Asks the person who is logged in to show again who they are, by what their account has. */
export function ConfirmYou() {
  const text = confirmText();
  const { answer } = asked.value!;
  const hasPassword = account.value?.has_password !== false;
  /** Undefined until it is known. */
  const hasPasskey = useSignal<boolean | undefined>(undefined);
  const password = useSignal("");
  const given = useSignal(NO_CODE);
  const wantsCode = useSignal(false);
  const looking = useAction();
  const { busy, error, run } = useAction();
  const box = useRef<HTMLFormElement>(null);
  const look = async () => {
    hasPasskey.value = (await patient("GET /auth/factors")).passkeys > 0 && hasPasskeys();
  };
  useEffect(() => void looking.run(look), []);
  useLayoutEffect(() => {
    if (!hasPassword) box.current!.querySelector<HTMLElement>(".ways .button")?.focus();
  }, [hasPasskey.value]);
  const show = (what: () => Promise<Again> | Again) =>
    run(async () => {
      await api("POST /auth/reauthenticate", { body: await what() });
      answer(true);
    });
  const showPassword = async (event: Event) => {
    event.preventDefault();
    await show(() => ({ password: password.value, ...(wantsCode.value && givenIn(given.value)) }));
    if (error.value?.code === "code_required") wantsCode.value = true;
  };
  const showPasskey = () => void show(async () => ({ passkey: await passkeyAgain() }));
  const failure = error.value ?? (hasPassword ? null : looking.error.value);
  const cancel = (
    <button key="cancel" type="button" class="button" onClick={() => answer(false)}>
      {t().common.cancel}
    </button>
  );
  return (
    <Dialog title={text.title} onClose={() => answer(false)}>
      <form class="fresh-login" ref={box} onSubmit={(event) => void showPassword(event)}>
        <p class="lead">{text.lead}</p>
        {hasPassword && (
          <>
            <input type="text" autocomplete="username" value={account.value?.username} hidden readOnly />
            <PasswordField
              label={text.password}
              autocomplete="current-password"
              autofocus
              required
              maxLength={128}
              value={password.value}
              error={error.value?.code === "wrong_password" ? error.value.text : undefined}
              onValue={(value) => (password.value = value)}
            />
          </>
        )}
        {wantsCode.value && <GivenCode given={given} failure={error.value} />}
        <Problem text={failure && !SAID.includes(failure.code) ? failure.text : undefined} />
        {hasPassword && (
          <div class="form-buttons">
            <button class="button primary" disabled={busy.value}>
              {text.goOn}
            </button>
            {cancel}
          </div>
        )}
        {!hasPassword && hasPasskey.value === undefined && !failure && <span class="skeleton row-skeleton" />}
        {!hasPassword && hasPasskey.value === false && <p>{text.none}</p>}
        {hasPasskey.value && (
          <div class="ways">
            {hasPassword && <p class="or">{wayText().or}</p>}
            <button
              type="button"
              class={hasPassword ? "button wide" : "button wide primary"}
              disabled={busy.value}
              onClick={showPasskey}
            >
              {wayText().passkey}
            </button>
          </div>
        )}
        {!hasPassword && <div class="form-buttons">{cancel}</div>}
      </form>
    </Dialog>
  );
}
