/** Passkeys of the person, and logins by one: between the server and the browser. */
import { api } from "../../api/client";
import { ApiError, Cancelled, send } from "../../api/http";
import type { GivenPasskey, PasskeyAsked } from "../../api/types";
import { type Asking, type Making, makePasskey, showPasskey, troubleOf } from "../../browser/webauthn";
import { surely } from "./fresh";
import { passkeyText } from "./passkeyTexts";

/** Of somebody who is not logged in yet. Throws `ApiError`. */
export const passkeyForLogin = () => passkeyFor({});

/** Of the one whose login it is: by its ticket, or the cookie that has it. Throws `ApiError`. */
export const passkeyForSecond = (ticket?: string) => passkeyFor({ ticket, second_step: true });

async function passkeyFor(body: PasskeyAsked): Promise<GivenPasskey> {
  const { challenge_id, options } = await send("POST /auth/login/passkey/options", { body });
  return { challenge_id, credential: await told(() => showPasskey(options as unknown as Asking)) };
}

/** Of the person who is logged in. Throws `ApiError`. */
export async function passkeyAgain(): Promise<GivenPasskey> {
  const { challenge_id, options } = await api("POST /auth/login/passkey/options", { body: {} });
  return { challenge_id, credential: await told(() => showPasskey(options as unknown as Asking)) };
}

/** The recovery codes where it is the first second factor. Throws `ApiError`. */
export async function addPasskey(name: string): Promise<string[] | null> {
  const { challenge_id, options } = await surely("POST /auth/passkeys/options");
  const credential = await told(() => makePasskey(options as unknown as Making));
  return (await api("POST /auth/passkeys", { body: { challenge_id, name, credential } })).recovery_codes;
}

/** Offered where a name is typed, until `signal`; null where none was chosen. Throws `ApiError`. */
export async function suggestedPasskey(signal: AbortSignal): Promise<GivenPasskey | null> {
  const { challenge_id, options } = await send("POST /auth/login/passkey/options", { body: {}, signal });
  const credential = await showPasskey(options as unknown as Asking, { signal }).catch(() => null);
  return credential && { challenge_id, credential };
}

async function told<T>(work: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  try {
    return await work();
  } catch (error) {
    const why = troubleOf(error, performance.now() - begun);
    if (why === "cancelled") throw new Cancelled();
    if (why === "failed") console.warn(error);
    throw new ApiError(0, `passkey_${why}`, passkeyText().trouble[why]);
  }
}
