import { useSignal } from "@preact/signals";
import { logInSecond } from "../../api/session";
import { leaveLogin } from "../../browser/router";
import { Problem } from "../../ui/Problem";
import { useAction } from "../../ui/useAction";
import { factorText } from "./factorTexts";
import { GivenCode, givenIn, NO_CODE } from "./GivenCode";

/** The other half of a login, with the ticket that the password got. */
export function SecondStep({ ticket, onBack }: { ticket: string; onBack: () => void }) {
  const given = useSignal(NO_CODE);
  const { busy, error, run } = useAction();
  const text = factorText();
  const isWrong = error.value?.code === "wrong_code";
  const submit = async (event: Event) => {
    event.preventDefault();
    if (await run(() => logInSecond(ticket, givenIn(given.value)))) leaveLogin();
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <h1>{text.second}</h1>
      <GivenCode given={given} failure={error.value} />
      <Problem text={isWrong ? undefined : error.value?.text} />
      <button class="button primary wide" disabled={busy.value}>
        {text.goOn}
      </button>
      <p class="auth-more">
        <button type="button" class="link" onClick={onBack}>
          {text.back}
        </button>
      </p>
    </form>
  );
}
