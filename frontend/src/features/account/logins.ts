/** Logins that are not by the password alone. They throw `ApiError`. */
import { send } from "../../api/http";
import { begin } from "../../api/session";
import type { GivenPasskey } from "../../api/types";

/** One of the three. */
interface GivenSecond {
  code?: string;
  recovery_code?: string;
  passkey?: GivenPasskey;
}

/** Without a ticket a cookie has it. */
export async function logInSecond(ticket: string | undefined, given: GivenSecond): Promise<void> {
  begin(await send("POST /auth/login/second", { body: { ticket, ...given } }));
}

export async function logInByPasskey(given: GivenPasskey): Promise<void> {
  begin(await send("POST /auth/login/passkey", { body: given }));
}
