import { useSignal } from "@preact/signals";
import { Mark } from "../../ui/Icon";
import { LanguageSwitch } from "../../ui/LanguageSwitch";
import { Problem } from "../../ui/Problem";
import { useAction } from "../../ui/useAction";
import { signOut } from "./account";
import { factorText } from "./factorTexts";
import { RecoveryCodes } from "./RecoveryCodes";
import { SetUp } from "./TwoStep";
import "../../ui/forms.css";
import "./account.css";
import "./factors.css";

/** In the place of everything, for whoever has yet to set up what the operator wants from all. */
export function FactorNeeded() {
  const text = factorText();
  const codes = useSignal<string[] | null>(null);
  const { error, run } = useAction();
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
            <SetUp onCodes={(made) => (codes.value = made)} />
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
    </div>
  );
}
