import { useSignal } from "@preact/signals";
import type { Second } from "../../api/http";
import { logIn } from "../../api/session";
import { follow, leaveLogin, problem } from "../../browser/router";
import { routes } from "../../routes";
import { Field } from "../../ui/Field";
import { PasswordField } from "../../ui/PasswordField";
import { Problem } from "../../ui/Problem";
import { useAction } from "../../ui/useAction";
import { serverOptions } from "./account";
import { authText } from "./authTexts";
import { invite } from "./invite";
import { isHindrance, NotYet } from "./NotYet";
import { Providers } from "./Providers";
import { problemText } from "./problemTexts";
import { SecondStep } from "./SecondStep";
import { usePasskeyLogin } from "./usePasskeyLogin";
import { wayText } from "./wayTexts";
import "./ways.css";

export function LogIn() {
  const name = useSignal("");
  const password = useSignal("");
  const second = useSignal(fromProvider());
  const { busy, error, run } = useAction();
  const { passkeys, providers = [], registration, ways } = serverOptions.value ?? {};
  const passkey = usePasskeyLogin(!!passkeys && !second.value, run);
  const submit = async (event: Event) => {
    event.preventDefault();
    problem.value = null;
    const isDone = await run(async () => {
      second.value = await logIn(name.value.trim(), password.value);
    });
    if (isDone && !second.value) leaveLogin();
  };
  const text = authText();
  const beginAgain = () => {
    history.replaceState(history.state, "", routes.login);
    second.value = undefined;
  };
  if (second.value) return <SecondStep second={second.value} onBack={beginAgain} />;
  const why = error.value?.code;
  if (isHindrance(why))
    return <NotYet why={why} name={name.value.trim()} password={password.value} onBack={() => (error.value = null)} />;
  const isByInvite = ways === "invite" && !invite.value;
  /** Accounts come by them alone: they stand before the password, which few have. */
  const isByProvider = ways === "oidc" && providers.length > 0;
  const others = (
    <div class="ways">
      <Providers of={providers} isFirst={isByProvider} />
      {passkey.isThere && (
        <button type="button" class="button wide" disabled={busy.value} onClick={() => void passkey.use()}>
          {wayText().passkeyLogIn}
        </button>
      )}
    </div>
  );
  return (
    <form onSubmit={(event) => void submit(event)}>
      <h1>{text.welcome}</h1>
      {problem.value !== null && <Problem text={problemText(problem.value)} />}
      {isByProvider && (
        <>
          {others}
          <p class="or">{wayText().or}</p>
        </>
      )}
      <Field
        label={text.nameOrEmail}
        autocomplete={passkey.canSuggest ? "username webauthn" : "username"}
        autofocus={!isByProvider}
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
      <button class={isByProvider ? "button wide" : "button primary wide"} disabled={busy.value}>
        {text.logIn}
      </button>
      {!isByProvider && (passkey.isThere || providers.length > 0) && (
        <>
          <p class="or">{wayText().or}</p>
          {others}
        </>
      )}
      <p class="auth-more">
        {registration === false ? (
          <span>{isByProvider ? text.byProvider : text.closed}</span>
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

/** A provider has said who it is, and a cookie has the ticket for the other half. */
function fromProvider(): Second | undefined {
  const query = new URLSearchParams(location.search);
  if (query.get("step") !== "second") return undefined;
  return { kinds: query.get("kinds")?.split(",") };
}
