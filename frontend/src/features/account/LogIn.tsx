import { useSignal } from "@preact/signals";
import type { Second } from "../../api/http";
import { logIn } from "../../api/session";
import { follow, leaveLogin } from "../../browser/router";
import { routes } from "../../routes";
import { Field } from "../../ui/Field";
import { PasswordField } from "../../ui/PasswordField";
import { Problem } from "../../ui/Problem";
import { useAction } from "../../ui/useAction";
import { serverOptions } from "./account";
import { authText } from "./authTexts";
import { invite } from "./invite";
import { isHindrance, NotYet } from "./NotYet";
import { SecondStep } from "./SecondStep";
import { usePasskeyLogin } from "./usePasskeyLogin";
import { wayText } from "./wayTexts";
import "./ways.css";

export function LogIn() {
  const name = useSignal("");
  const password = useSignal("");
  const second = useSignal<Second | undefined>(undefined);
  const { busy, error, run } = useAction();
  const { passkeys, registration, ways } = serverOptions.value ?? {};
  const passkey = usePasskeyLogin(!!passkeys && !second.value, run);
  const submit = async (event: Event) => {
    event.preventDefault();
    const isDone = await run(async () => {
      second.value = await logIn(name.value.trim(), password.value);
    });
    if (isDone && !second.value) leaveLogin();
  };
  const text = authText();
  if (second.value) return <SecondStep second={second.value} onBack={() => (second.value = undefined)} />;
  const why = error.value?.code;
  if (isHindrance(why))
    return <NotYet why={why} name={name.value.trim()} password={password.value} onBack={() => (error.value = null)} />;
  const isByInvite = ways === "invite" && !invite.value;
  return (
    <form onSubmit={(event) => void submit(event)}>
      <h1>{text.welcome}</h1>
      <Field
        label={text.nameOrEmail}
        autocomplete={passkey.canSuggest ? "username webauthn" : "username"}
        autofocus
        required
        maxLength={100}
        value={name.value}
        onValue={(value) => (name.value = value)}
      />
      <PasswordField
        label={text.password}
        autocomplete="current-password"
        required
        maxLength={128}
        value={password.value}
        onValue={(value) => (password.value = value)}
      />
      <Problem text={error.value?.text} />
      <button class="button primary wide" disabled={busy.value}>
        {text.logIn}
      </button>
      {passkey.isThere && (
        <>
          <p class="or">{wayText().or}</p>
          <button type="button" class="button wide" disabled={busy.value} onClick={() => void passkey.use()}>
            {wayText().passkeyLogIn}
          </button>
        </>
      )}
      <p class="auth-more">
        {registration === false ? (
          <span>{text.closed}</span>
        ) : (
          <span>
            {isByInvite ? text.byInvite : text.noAccount}{" "}
            <a href={routes.register} onClick={follow}>
              {isByInvite ? text.useInvite : text.register}
            </a>
          </span>
        )}
        <a href={routes.reset} onClick={follow}>
          {text.forgot}
        </a>
      </p>
    </form>
  );
}
