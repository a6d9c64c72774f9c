import { t } from "../../i18n";
import { Dialog } from "../../ui/Dialog";
import { Problem } from "../../ui/Problem";
import { useAction } from "../../ui/useAction";
import { useAgain } from "../account/useAgain";
import { asked } from "./fresh";
import { text as texts } from "./texts";
import "../../ui/forms.css";

/** Asks for the password, and the second factor, before a change is made, where the login is not fresh any more. */
export function FreshLogin() {
  const text = texts();
  const again = useAgain(true);
  const { busy, error, run } = useAction();
  const { answer } = asked.value!;
  const confirm = async () => {
    if (await run(again.before)) answer(true);
    else again.after(error.value);
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
        {again.fields(error.value, text.password)}
        <Problem text={again.isSaid(error.value) ? undefined : error.value?.text} />
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
