import { useSignal } from "@preact/signals";
import { follow } from "../../browser/router";
import { routes } from "../../routes";
import { Field } from "../../ui/Field";
import { Problem } from "../../ui/Problem";
import { authText } from "./authTexts";
import { invite, inviteIn } from "./invite";

/** For whoever came without an invite to a server that wants one. */
export function NeedsInvite({ problem }: { problem: string | undefined }) {
  const pasted = useSignal("");
  const text = authText();
  const submit = (event: Event) => {
    event.preventDefault();
    invite.value = inviteIn(pasted.value);
  };
  return (
    <form onSubmit={submit}>
      <h1>{text.inviteTitle}</h1>
      <p>{text.inviteLead}</p>
      <Problem text={problem} />
      <Field
        label={text.invite}
        input={{ inputMode: "url", autocapitalize: "off", spellcheck: false }}
        autocomplete="off"
        autofocus
        required
        maxLength={500}
        value={pasted.value}
        onValue={(value) => (pasted.value = value)}
      />
      <button class="button primary wide">{text.go}</button>
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
