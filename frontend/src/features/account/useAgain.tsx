import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { api } from "../../api/client";
import { PasswordField } from "../../ui/PasswordField";
import { account } from "./account";
import { factorText } from "./factorTexts";
import { GivenCode, givenIn, NO_CODE } from "./GivenCode";

const SAID = ["login_too_old", "wrong_password", "code_required", "wrong_code"];

interface Failure {
  code: string;
  text: string;
}

/**
 * What lasts longer than a login wants the password again, and the second factor where there is one.
 * `before` gives what was typed, `after` learns from what was refused; `fields` stand in the form, from the
 * start where it is `asked` for nothing else.
 */
export function useAgain(asked = false) {
  const password = useSignal<string | null>(asked ? "" : null);
  const given = useSignal(NO_CODE);
  const wantsCode = useSignal(false);

  /** Throws `ApiError`. */
  async function before(): Promise<void> {
    if (password.value === null) return;
    const factor = wantsCode.value ? givenIn(given.value) : {};
    await api("POST /auth/reauthenticate", { body: { password: password.value, ...factor } });
    forget();
  }

  function after(failure: Failure | null): void {
    const code = failure?.code ?? "";
    if (code === "login_too_old") password.value = "";
    if (code === "code_required") wantsCode.value = true;
  }

  function forget(): void {
    password.value = null;
    given.value = NO_CODE;
    wantsCode.value = false;
  }

  /** With a `label` of the form's own the password has no hint. */
  const fields = (failure: Failure | null, label?: string) =>
    password.value !== null && (
      <Fields failure={failure} label={label} password={password} given={wantsCode.value ? given : undefined} />
    );

  return { before, after, forget, fields, isSaid: (failure: Failure | null) => SAID.includes(failure?.code ?? "") };
}

interface FieldsProps {
  failure: Failure | null;
  label: string | undefined;
  password: { value: string | null };
  given: Parameters<typeof GivenCode>[0]["given"] | undefined;
}

function Fields({ failure, label, password, given }: FieldsProps) {
  const text = factorText();
  const box = useRef<HTMLDivElement>(null);
  const wrong = (code: string) => (failure?.code === code ? failure.text : undefined);
  useLayoutEffect(() => {
    const field = box.current!.querySelector<HTMLInputElement>(given ? "[name=given]" : "[name=again]");
    field?.focus();
    field?.scrollIntoView({ block: "center" });
  }, [!!given]);
  return (
    <div class="again" ref={box}>
      <input type="text" autocomplete="username" value={account.value?.username} hidden readOnly />
      <PasswordField
        label={label ?? text.password}
        hint={label ? undefined : text.passwordHint}
        autocomplete="current-password"
        required
        maxLength={128}
        input={{ name: "again" }}
        value={password.value!}
        error={wrong("wrong_password")}
        onValue={(value) => (password.value = value)}
      />
      {given && <GivenCode given={given} failure={failure} />}
    </div>
  );
}
