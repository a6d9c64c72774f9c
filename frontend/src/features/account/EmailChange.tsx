import { useSignal } from "@preact/signals";
import { send } from "../../api/http";
import { loggedIn } from "../../api/session";
import { Problem } from "../../ui/Problem";
import { useAction } from "../../ui/useAction";
import { changed } from "./account";
import { authText } from "./authTexts";
import { Onward } from "./Onward";
import { tokenInAddress } from "./tokenInAddress";

type Outcome = "changeHalf" | "changeDone" | "changeCancelled";

/** Behind the links that are mailed to the old and the new address of an account. */
export function EmailChange() {
  const text = authText();
  const token = useSignal(tokenInAddress());
  const outcome = useSignal<Outcome | null>(null);
  const { busy, error, run } = useAction();
  const body = { token: token.value };
  const confirm = () =>
    run(async () => {
      const { done } = await send("POST /auth/email/confirm", { body });
      outcome.value = done ? "changeDone" : "changeHalf";
      if (loggedIn.value) changed();
    });
  const cancel = () =>
    run(async () => {
      await send("POST /auth/email/cancel", { body });
      outcome.value = "changeCancelled";
      if (loggedIn.value) changed();
    });
  return (
    <div class="auth-state">
      <h1>{text.changeTitle}</h1>
      {token.value ? !outcome.value && <p>{text.changeLead}</p> : <p>{text.noToken}</p>}
      <Problem text={error.value?.text} />
      <p class="verdict" role="status">
        {outcome.value && text[outcome.value]}
      </p>
      {token.value && !outcome.value && (
        <>
          <button class="button primary wide" autofocus disabled={busy.value} onClick={() => void confirm()}>
            {text.changeConfirm}
          </button>
          <button class="button wide" disabled={busy.value} onClick={() => void cancel()}>
            {text.changeCancel}
          </button>
        </>
      )}
      <Onward isNext={outcome.value === "changeDone"} />
    </div>
  );
}
