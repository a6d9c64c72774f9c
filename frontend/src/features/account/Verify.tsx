import { useSignal } from "@preact/signals";
import { send } from "../../api/http";
import { loggedIn } from "../../api/session";
import { Problem } from "../../ui/Problem";
import { useAction } from "../../ui/useAction";
import { changed } from "./account";
import { authText } from "./authTexts";
import { Onward } from "./Onward";
import { tokenInAddress } from "./tokenInAddress";

/** Behind the link that was mailed to a new account: it is good by a press, not by being opened. */
export function Verify() {
  const text = authText();
  const token = useSignal(tokenInAddress());
  const done = useSignal(false);
  const { busy, error, run } = useAction();
  const confirm = async () => {
    done.value = await run(() => send("POST /auth/email/verify", { body: { token: token.value } }));
    if (done.value && loggedIn.value) changed();
  };
  return (
    <div class="auth-state">
      <h1>{text.verifyTitle}</h1>
      {token.value ? !done.value && <p>{text.verifyLead}</p> : <p>{text.noToken}</p>}
      <Problem text={error.value?.text} />
      <p class="verdict" role="status">
        {done.value && text.verified}
      </p>
      {token.value && !done.value && (
        <button class="button primary wide" autofocus disabled={busy.value} onClick={() => void confirm()}>
          {text.confirm}
        </button>
      )}
      <Onward isNext={done.value} />
    </div>
  );
}
