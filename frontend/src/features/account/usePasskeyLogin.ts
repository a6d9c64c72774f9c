import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { leaveLogin, problem } from "../../browser/router";
import { canSuggest, hasPasskeys } from "../../browser/webauthn";
import { logInByPasskey } from "./logins";
import { passkeyForLogin, suggestedPasskey } from "./passkeyCalls";

/** What the server asks is good for five. */
const RENEWED_MINUTES = 4;

type Run = (work: () => Promise<unknown>) => Promise<boolean>;

/**
 * Logging in by a passkey alone: by a button, and, where the browser can, among what it offers for the name.
 * It can wait for one of them at a time.
 */
export function usePasskeyLogin(isOffered: boolean, run: Run) {
  const suggests = useSignal(false);
  const waiting = useRef<AbortController | undefined>(undefined);
  const isThere = isOffered && hasPasskeys();

  async function suggest(): Promise<void> {
    const mine = new AbortController();
    waiting.current?.abort();
    waiting.current = mine;
    const given = await suggestedPasskey(mine.signal).catch(() => null);
    if (!given || mine.signal.aborted) return;
    problem.value = null;
    if (await run(() => logInByPasskey(given))) leaveLogin();
    else void suggest();
  }

  useEffect(() => {
    if (!isThere) return;
    let timer: ReturnType<typeof setInterval>;
    let isOver = false;
    void canSuggest().then((can) => {
      if (!can || isOver) return;
      suggests.value = true;
      void suggest();
      timer = setInterval(() => !document.hidden && void suggest(), RENEWED_MINUTES * 60_000);
    });
    return () => {
      isOver = true;
      clearInterval(timer);
      waiting.current?.abort();
    };
  }, [isThere]);

  async function use(): Promise<void> {
    problem.value = null;
    waiting.current?.abort();
    if (await run(async () => logInByPasskey(await passkeyForLogin()))) leaveLogin();
    else if (suggests.value) void suggest();
  }

  return { isThere, canSuggest: suggests.value, use };
}
