import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { api, patient } from "../../api/client";
import type { Again, Identity } from "../../api/types";
import { hasPasskeys } from "../../browser/webauthn";
import { t } from "../../i18n";
import { Dialog } from "../../ui/Dialog";
import { PasswordField } from "../../ui/PasswordField";
import { Problem } from "../../ui/Problem";
import { useAction } from "../../ui/useAction";
import { account } from "./account";
import { goAway } from "./away";
import { confirmText } from "./confirmTexts";
import { asked } from "./fresh";
import { GivenCode, givenIn, NO_CODE } from "./GivenCode";
import { passkeyAgain } from "./passkeyCalls";
import { wayText } from "./wayTexts";
import "../../ui/forms.css";
import "./factors.css";
import "./ways.css";

/** Said at their field. */
const SAID = ["wrong_password", "wrong_code", "code_required"];

/** What the person can show besides a password. */
interface Others {
  passkey: boolean;
  providers: Identity[];
}

/** Asks the person who is logged in to show again who they are, by what their account has. */
export function ConfirmYou() {
  const text = confirmText();
  const { answer } = asked.value!;
  const hasPassword = account.value?.has_password !== false;
  const others = useSignal<Others | null>(null);
  const password = useSignal("");
  const given = useSignal(NO_CODE);
  /** What wants a code beside it. */
  const coded = useSignal<Identity | "password" | null>(null);
  const looking = useAction();
  const { busy, error, run } = useAction();
  const box = useRef<HTMLFormElement>(null);
  useEffect(() => {
    void looking.run(async () => (others.value = await findOthers()));
  }, []);
  useLayoutEffect(() => {
    if (!hasPassword) box.current!.querySelector<HTMLElement>(".ways .button")?.focus();
  }, [others.value]);
  const show = async (what: () => Promise<Again> | Again) => {
    await run(async () => {
      const answered = await api("POST /auth/reauthenticate", { body: await what() });
      const elsewhere = answered as { url: string } | undefined;
      if (elsewhere) location.assign(elsewhere.url);
      else answer(true);
    });
    return error.value?.code === "code_required";
  };
  const code = () => (coded.value ? givenIn(given.value) : {});
  const showPassword = async () => {
    if (await show(() => ({ password: password.value, ...code() }))) coded.value = "password";
  };
  const showProvider = async (one: Identity) => {
    if (await show(() => ({ provider: one.provider, return_to: goAway(), ...code() }))) coded.value = one;
  };
  const showPasskey = () => show(async () => ({ passkey: await passkeyAgain() }));
  const by = coded.value;
  const isProvider = by !== null && by !== "password";
  const isForm = hasPassword || isProvider;
  const submit = (event: Event) => {
    event.preventDefault();
    void (isProvider ? showProvider(by) : showPassword());
  };
  const failure = error.value ?? (isForm ? null : looking.error.value);
  const goOn = (
    <button key="on" class="button primary" disabled={busy.value}>
      {text.goOn}
    </button>
  );
  const cancel = (
    <button key="cancel" type="button" class="button" onClick={() => answer(false)}>
      {t().common.cancel}
    </button>
  );
  return (
    <Dialog title={text.title} onClose={() => answer(false)}>
      <form class="fresh-login" ref={box} onSubmit={submit}>
        <p class="lead">{text.lead}</p>
        {isForm && !isProvider && (
          <>
            <input type="text" autocomplete="username" value={account.value?.username} hidden readOnly />
            <PasswordField
              label={text.password}
              autocomplete="current-password"
              autofocus
              required
              maxLength={128}
              value={password.value}
              error={error.value?.code === "wrong_password" ? error.value.text : undefined}
              onValue={(value) => (password.value = value)}
            />
          </>
        )}
        {by && <GivenCode given={given} failure={error.value} />}
        <Problem text={failure && !SAID.includes(failure.code) ? failure.text : undefined} />
        {isForm && <div class="form-buttons">{[goOn, cancel]}</div>}
        {!isForm && !others.value && !looking.error.value && <span class="skeleton row-skeleton" />}
        {!isProvider && others.value && (
          <Ways
            others={others.value}
            isAfter={isForm}
            busy={busy.value}
            onPasskey={showPasskey}
            onProvider={showProvider}
          />
        )}
        {!isForm && <div class="form-buttons">{cancel}</div>}
      </form>
    </Dialog>
  );
}

interface WaysProps {
  others: Others;
  /** Behind the form for the password. */
  isAfter: boolean;
  busy: boolean;
  onPasskey: () => unknown;
  onProvider: (one: Identity) => unknown;
}

function Ways({ others: { passkey, providers }, isAfter, busy, onPasskey, onProvider }: WaysProps) {
  const text = wayText();
  if (!passkey && !providers.length) return isAfter ? null : <p>{confirmText().none}</p>;
  const look = (isFirst: boolean) => (isFirst && !isAfter ? "button wide primary" : "button wide");
  return (
    <div class="ways">
      {isAfter && <p class="or">{text.or}</p>}
      {passkey && (
        <button type="button" class={look(true)} disabled={busy} onClick={onPasskey}>
          {text.passkey}
        </button>
      )}
      {providers.map((one, place) => (
        <button
          key={one.id}
          type="button"
          class={look(!passkey && !place)}
          disabled={busy}
          onClick={() => onProvider(one)}
        >
          {text.continueWith(one.label)}
        </button>
      ))}
      {providers.length > 0 && <p class="note">{confirmText().leaves}</p>}
    </div>
  );
}

async function findOthers(): Promise<Others> {
  const [{ passkeys }, { identities }] = await Promise.all([
    patient("GET /auth/factors"),
    patient("GET /auth/identities").catch(() => ({ identities: [] as Identity[] })),
  ]);
  return { passkey: passkeys > 0 && hasPasskeys(), providers: identities.filter((one) => one.provider !== null) };
}
