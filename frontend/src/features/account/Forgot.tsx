import { useSignal } from "@preact/signals";
import { ApiError, send } from "../../api/http";
import { follow } from "../../browser/router";
import { routes } from "../../routes";
import { Field } from "../../ui/Field";
import { Problem } from "../../ui/Problem";
import { useAction } from "../../ui/useAction";
import { authText } from "./authTexts";

/** Asks for a reset link. A server that sends no mail leaves it to its operator. */
export function Forgot() {
  const email = useSignal("");
  const result = useSignal<"sent" | "operator" | null>(null);
  const { busy, error, run } = useAction();
  const ask = async () => {
    try {
      await send("POST /auth/password/forgot", { body: { email: email.value.trim() } });
      result.value = "sent";
    } catch (failure) {
      if (!(failure instanceof ApiError) || failure.code !== "mail_not_configured") throw failure;
      result.value = "operator";
    }
  };
  const submit = (event: Event) => {
    event.preventDefault();
    void run(ask);
  };
  const text = authText();
  return (
    <form onSubmit={submit}>
      <h1>{text.forgotTitle}</h1>
      {result.value ? (
        <p role="status">{result.value === "sent" ? text.linkSent : text.forgotAsk}</p>
      ) : (
        <>
          <p>{text.forgotLead}</p>
          <Field
            label={text.email}
            input={{ inputMode: "email", autocapitalize: "off", spellcheck: false }}
            autocomplete="email"
            autofocus
            required
            maxLength={100}
            value={email.value}
            onValue={(value) => (email.value = value)}
          />
          <Problem text={error.value?.text} />
          <button class="button primary wide" disabled={busy.value}>
            {text.sendLink}
          </button>
        </>
      )}
      <p class="auth-more">
        <a href={routes.login} onClick={follow}>
          {text.logIn}
        </a>
      </p>
    </form>
  );
}
