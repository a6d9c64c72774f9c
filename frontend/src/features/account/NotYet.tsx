import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { type Second, send } from "../../api/http";
import { logIn } from "../../api/session";
import { leaveLogin } from "../../browser/router";
import { Problem } from "../../ui/Problem";
import { useAction } from "../../ui/useAction";
import { authText } from "./authTexts";
import { SecondStep } from "./SecondStep";

/** Why the right password opens an account no door yet. */
export type Hindrance = "approval_pending" | "email_unverified";

export function isHindrance(code: string | undefined): code is Hindrance {
  return code === "approval_pending" || code === "email_unverified";
}

interface Props {
  why: Hindrance;
  name: string;
  password: string;
  onBack: () => void;
}

/** There is an account, but it waits for an administrator, or for its address to be confirmed. */
export function NotYet({ why, name, password, onBack }: Props) {
  const text = authText();
  const now = useSignal(why);
  /** What came of the last press. */
  const said = useSignal("");
  const second = useSignal<Second | undefined>(undefined);
  const { busy, error, run } = useAction();
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => heading.current?.focus(), [now.value]);
  const isPending = now.value === "approval_pending";
  const tryAgain = async () => {
    said.value = "";
    const isDone = await run(async () => {
      second.value = await logIn(name, password);
    });
    if (isDone) return second.value ? undefined : leaveLogin();
    const code = error.value?.code;
    if (!isHindrance(code)) return;
    said.value = code === "approval_pending" ? text.pendingStill : text.unverifiedStill;
    now.value = code;
    error.value = null;
  };
  const sendAgain = async () => {
    said.value = "";
    const body = { username_or_email: name, password };
    if (await run(() => send("POST /auth/email/verification", { body }))) said.value = text.sentAgain;
  };
  if (second.value) return <SecondStep second={second.value} onBack={onBack} />;
  return (
    <div class="auth-state">
      <h1 ref={heading} tabIndex={-1}>
        {isPending ? text.pendingTitle : text.unverifiedTitle}
      </h1>
      <p>{isPending ? text.pendingLead : text.unverifiedLead}</p>
      <Problem text={error.value?.text} />
      <p class="verdict" role="status">
        {said.value}
      </p>
      <button class="button primary wide" disabled={busy.value} onClick={() => void tryAgain()}>
        {text.logIn}
      </button>
      {!isPending && (
        <button class="button wide" disabled={busy.value} onClick={() => void sendAgain()}>
          {text.sendAgain}
        </button>
      )}
      <p class="auth-more">
        <button class="link" onClick={onBack}>
          {text.another}
        </button>
      </p>
    </div>
  );
}
