import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { t } from "../../i18n";
import { Field } from "../../ui/Field";
import { PasswordField } from "../../ui/PasswordField";
import { Problem } from "../../ui/Problem";
import { Section } from "../../ui/Section";
import { notify } from "../../ui/toasts";
import { useAction } from "../../ui/useAction";
import { account, loadAccount, loadOptions, serverOptions } from "./account";
import { text as texts } from "./personTexts";
import { changeEmail, keepEmail, verifyEmail } from "./profile";

/** The address of an account, whether it is known to be theirs, and a change that waits to be confirmed. */
export function Email() {
  const who = account.value;
  const text = texts();
  const changing = useSignal(false);
  const { busy, error, run } = useAction();
  const waits = !who?.email_verified || who.pending_email !== null;
  useEffect(() => void loadOptions(), []);
  // The links are opened elsewhere.
  useEffect(() => {
    const renew = () => document.hidden || !waits || void loadAccount();
    addEventListener("visibilitychange", renew);
    return () => removeEventListener("visibilitychange", renew);
  }, [waits]);
  if (!who) return null;
  const isAsked = serverOptions.value?.email_verification;
  const again = async () => {
    if (await run(verifyEmail)) notify({ text: text.linkSent(who.email) });
  };
  const keep = async () => {
    if (await run(keepEmail)) notify({ text: text.kept(who.email) });
  };
  return (
    <Section title={text.email} lead={text.emailLead}>
      <ul class="rows">
        <li>
          <div>
            <strong class="person-email">
              <bdi>{who.email}</bdi>
            </strong>
            {(who.email_verified || isAsked) && <small>{who.email_verified ? text.verified : text.unverified}</small>}
          </div>
          {!who.email_verified && isAsked && (
            <button class="button" disabled={busy.value} onClick={() => void again()}>
              {text.verify}
            </button>
          )}
        </li>
        {who.pending_email && (
          <li>
            <div>
              <strong class="person-email">
                <bdi>{who.pending_email}</bdi>
              </strong>
              <small>{text.pending}</small>
            </div>
            <button class="button" disabled={busy.value} onClick={() => void keep()}>
              {text.takeBack}
            </button>
          </li>
        )}
      </ul>
      <Problem text={saidOf(error.value)} />
      {changing.value ? (
        <Change onDone={() => (changing.value = false)} />
      ) : (
        <button class="button" onClick={() => (changing.value = true)}>
          {text.change}
        </button>
      )}
    </Section>
  );
}

function saidOf(error: { code: string; text: string } | null): string | undefined {
  return error?.code === "mail_not_configured" ? texts().noMail : error?.text;
}

function Change({ onDone }: { onDone: () => void }) {
  const { username, email: old, has_password: hasPassword } = account.value!;
  const text = texts();
  const email = useSignal("");
  const password = useSignal("");
  const { busy, error, run } = useAction();
  const wrong = error.value;
  const told = wrong?.fields.find(({ field }) => field === "email")?.message;
  const atEmail = wrong?.code === "email_taken" ? wrong.text : told && text.wrong(told);
  const atPassword = wrong?.code === "wrong_password" ? wrong.text : undefined;
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!(await run(() => changeEmail(email.value.trim(), hasPassword ? password.value : undefined)))) return;
    notify({ text: text.linksSent(old, email.value.trim()) });
    onDone();
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <input type="text" autocomplete="username" value={username} hidden readOnly />
      <Field
        label={text.newEmail}
        hint={text.newEmailHint}
        input={{ inputMode: "email", autocapitalize: "off", spellcheck: false }}
        autocomplete="email"
        autofocus
        required
        maxLength={100}
        value={email.value}
        error={atEmail}
        onValue={(value) => (email.value = value)}
      />
      {hasPassword && (
        <PasswordField
          label={text.password}
          autocomplete="current-password"
          required
          maxLength={128}
          value={password.value}
          error={atPassword}
          onValue={(value) => (password.value = value)}
        />
      )}
      <Problem text={atEmail || atPassword ? undefined : saidOf(wrong)} />
      <div class="form-buttons">
        <button class="button primary" disabled={busy.value}>
          {text.sendLinks}
        </button>
        <button type="button" class="button" onClick={onDone}>
          {t().common.cancel}
        </button>
      </div>
    </form>
  );
}
