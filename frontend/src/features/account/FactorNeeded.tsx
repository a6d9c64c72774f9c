import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { hasPasskeys } from "../../browser/webauthn";
import { Mark } from "../../ui/Icon";
import { LanguageSwitch } from "../../ui/LanguageSwitch";
import { Problem } from "../../ui/Problem";
import { useAction } from "../../ui/useAction";
import { AddPasskey } from "./AddPasskey";
import { loadOptions, serverOptions, signOut } from "./account";
import { FreshLogin } from "./FreshLogin";
import { factorText } from "./factorTexts";
import { passkeyText } from "./passkeyTexts";
import { RecoveryCodes } from "./RecoveryCodes";
import { SetUp } from "./TwoStep";
import "../../ui/forms.css";
import "./account.css";
import "./factors.css";

/** In the place of everything, for whoever has yet to set up what the operator wants from all. */
export function FactorNeeded() {
  const text = factorText();
  const codes = useSignal<string[] | null>(null);
  const byPasskey = useSignal(false);
  const { error, run } = useAction();
  useEffect(() => void loadOptions(), []);
  const onCodes = (made: string[] | null) => {
    if (made) codes.value = made;
    else location.reload();
  };
  const canShow = serverOptions.value?.passkeys && hasPasskeys();
  return (
    <div class="auth">
      <main class="auth-card">
        <Mark />
        <h1>{text.needed}</h1>
        {codes.value ? (
          <RecoveryCodes codes={codes.value} done={text.kept} onDone={() => location.reload()} />
        ) : (
          <>
            <p class="lead">{text.neededLead}</p>
            {byPasskey.value ? (
              <AddPasskey taken={[]} onAdded={onCodes} onCancel={() => (byPasskey.value = false)} />
            ) : (
              <SetUp label={canShow ? text.byApp : undefined} onCodes={onCodes} />
            )}
            {canShow && !byPasskey.value && (
              <button class="button" onClick={() => (byPasskey.value = true)}>
                {passkeyText().add}
              </button>
            )}
            <Problem text={error.value?.text} />
            <p class="auth-more">
              <button type="button" class="link" onClick={() => void run(signOut)}>
                {text.signOut}
              </button>
            </p>
          </>
        )}
      </main>
      <footer class="auth-foot">
        <LanguageSwitch />
      </footer>
      <FreshLogin />
    </div>
  );
}
