import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { send } from "../../api/http";
import { logIn } from "../../api/session";
import { follow, leaveLogin, navigate } from "../../browser/router";
import { routes } from "../../routes";
import { Field } from "../../ui/Field";
import { PasswordField } from "../../ui/PasswordField";
import { Problem } from "../../ui/Problem";
import { useAction } from "../../ui/useAction";
import { serverOptions } from "./account";
import { authText } from "./authTexts";
import { invite } from "./invite";
import { NeedsInvite } from "./NeedsInvite";
import { isHindrance, NotYet } from "./NotYet";
import { Providers } from "./Providers";
import { wayText } from "./wayTexts";
import "./ways.css";

const FIELD_OF: Record<string, string> = {
  username_taken: "username",
  invalid_username: "username",
  email_taken: "email",
  password_too_common: "password",
};

export function Register() {
  const username = useSignal("");
  const email = useSignal("");
  const password = useSignal("");
  const { busy, error, run } = useAction();
  const made = useRef("");
  const text = authText();
  const { registration, ways, providers = [] } = serverOptions.value ?? {};
  const isByProvider = ways === "oidc" && providers.length > 0;
  if (registration === false)
    return (
      <>
        <h1>{text.register}</h1>
        <p>{isByProvider ? text.providerLead : text.closed}</p>
        {isByProvider && (
          <div class="ways">
            <Providers of={providers} isFirst />
          </div>
        )}
        <p class="auth-more">
          <a href={routes.login} onClick={follow}>
            {text.logIn}
          </a>
        </p>
      </>
    );
  const why = error.value?.code;
  if (isHindrance(why))
    return (
      <NotYet
        why={why}
        name={username.value.trim()}
        password={password.value}
        onBack={() => navigate(routes.login, { replace: true })}
      />
    );
  const isGone = why === "invite_invalid";
  if (ways === "invite" && !invite.value) return <NeedsInvite problem={isGone ? text.inviteGone : undefined} />;
  const lead = invite.value ? text.invited : ways === "approve" && text.approve;
  /** What is wrong with a field: by our own words for the code, else by the server's for the field. */
  const wrong = (field: string) => {
    if (error.value && FIELD_OF[error.value.code] === field) return error.value.text;
    const told = error.value?.fields.find((one) => one.field === field)?.message;
    return told && text.wrong(told);
  };
  const isTold = () => ["username", "email", "password"].some(wrong);
  const submit = async (event: Event) => {
    event.preventDefault();
    const body = { username: username.value.trim(), email: email.value.trim(), password: password.value };
    const done = await run(async () => {
      // An account that is made already, while its first login failed, is only logged in to.
      if (made.current !== JSON.stringify(body))
        await send("POST /auth/register", { body: { ...body, invite: invite.value || undefined } });
      made.current = JSON.stringify(body);
      await logIn(body.username, body.password);
    });
    if (done) leaveLogin();
    else if (error.value?.code === "invite_invalid") invite.value = "";
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <h1>{text.register}</h1>
      {lead && <p>{lead}</p>}
      <Field
        label={text.username}
        autocomplete="username"
        autofocus
        required
        minLength={3}
        maxLength={50}
        value={username.value}
        error={wrong("username")}
        onValue={(value) => (username.value = value)}
      />
      <Field
        label={text.email}
        input={{ inputMode: "email", autocapitalize: "off", spellcheck: false }}
        autocomplete="email"
        required
        maxLength={100}
        value={email.value}
        error={wrong("email")}
        onValue={(value) => (email.value = value)}
      />
      <PasswordField
        label={text.password}
        hint={text.passwordHint}
        autocomplete="new-password"
        required
        minLength={8}
        maxLength={128}
        value={password.value}
        error={wrong("password")}
        onValue={(value) => (password.value = value)}
      />
      <Problem text={isGone ? text.inviteGoneOpen : error.value && !isTold() ? error.value.text : undefined} />
      <button class="button primary wide" disabled={busy.value}>
        {text.register}
      </button>
      {ways === "open" && providers.length > 0 && (
        <>
          <p class="or">{wayText().or}</p>
          <div class="ways">
            <Providers of={providers} />
          </div>
        </>
      )}
      <p class="auth-more">
        <span>
          {text.haveAccount}{" "}
          <a href={routes.login} onClick={follow}>
            {text.logIn}
          </a>
        </span>
      </p>
    </form>
  );
}
