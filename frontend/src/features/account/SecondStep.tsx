import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Second } from "../../api/http";
import { leaveLogin } from "../../browser/router";
import { hasPasskeys } from "../../browser/webauthn";
import { Problem } from "../../ui/Problem";
import { useAction } from "../../ui/useAction";
import { factorText } from "./factorTexts";
import { type Given, GivenCode, givenIn, NO_CODE } from "./GivenCode";
import { logInSecond } from "./logins";
import { passkeyForSecond } from "./passkeyCalls";

interface Props {
  second: Second;
  onBack: () => void;
}

/** The other half of a login: by a passkey where there is one, else by what is typed. */
export function SecondStep({ second: { ticket, kinds }, onBack }: Props) {
  const text = factorText();
  const takes = (kind: string) => kinds?.includes(kind) ?? true;
  const canShow = takes("passkey") && hasPasskeys();
  const byPasskey = useSignal(canShow && !!kinds);
  const given = useSignal<Given>(takes("totp") ? NO_CODE : { name: "recovery_code", value: "" });
  const { busy, error, run } = useAction();
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    if (byPasskey.value) button.current!.focus();
  }, [byPasskey.value]);
  const isWrong = error.value?.code === "wrong_code";
  const logIn = async () => {
    const shown = byPasskey.value ? { passkey: await passkeyForSecond(ticket) } : givenIn(given.value);
    return logInSecond(ticket, shown);
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    if (await run(logIn)) leaveLogin();
  };
  const change = (to: boolean) => {
    byPasskey.value = to;
    error.value = null;
  };
  const typing = (name: Given["name"]) => {
    given.value = { name, value: "" };
    change(false);
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <h1>{text.second}</h1>
      {byPasskey.value ? (
        <p class="lead">{text.passkeyLead}</p>
      ) : (
        <GivenCode given={given} failure={error.value} only={!takes("totp")} />
      )}
      <Problem text={isWrong ? undefined : error.value?.text} />
      <button ref={button} class="button primary wide" disabled={busy.value}>
        {byPasskey.value ? text.usePasskey : text.goOn}
      </button>
      {canShow && !byPasskey.value && (
        <button type="button" class="link" onClick={() => change(true)}>
          {text.usePasskey}
        </button>
      )}
      {byPasskey.value && takes("totp") && (
        <button type="button" class="link" onClick={() => typing("code")}>
          {text.useCode}
        </button>
      )}
      {byPasskey.value && (
        <button type="button" class="link" onClick={() => typing("recovery_code")}>
          {text.useRecovery}
        </button>
      )}
      <p class="auth-more">
        <button type="button" class="link" onClick={onBack}>
          {ticket ? text.back : text.another}
        </button>
      </p>
    </form>
  );
}
