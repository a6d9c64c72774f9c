/**
 * Passkeys as this browser makes and shows them. On the wire their bytes are base64url in JSON, as Web
 * Authentication level 3 has it; older browsers, and some password managers, leave the writing to the page.
 */

/** What a server says of a passkey that is to be made, or to be shown. */
export type Making = PublicKeyCredentialCreationOptionsJSON;
export type Asking = PublicKeyCredentialRequestOptionsJSON;

/** Why there is none; `cancelled` is the person's own doing. */
export type Trouble = "cancelled" | "refused" | "known" | "address" | "unable" | "failed";

/** Nobody reads what a browser asks and presses a button in less. */
const UNSEEN_MILLISECONDS = 250;

export function hasPasskeys(): boolean {
  return "PublicKeyCredential" in globalThis;
}

/** Whether the browser can offer them where a name is typed. */
export async function canSuggest(): Promise<boolean> {
  return hasPasskeys() && !!(await PublicKeyCredential.isConditionalMediationAvailable?.());
}

/** Throws what the browser throws; see `troubleOf`. */
export async function makePasskey(options: Making) {
  const publicKey = {
    ...options,
    challenge: bytesOf(options.challenge),
    user: { ...options.user, id: bytesOf(options.user.id) },
    excludeCredentials: options.excludeCredentials?.map(named),
  } as PublicKeyCredentialCreationOptions;
  const made = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential;
  const response = made.response as AuthenticatorAttestationResponse;
  return written(made, {
    attestationObject: textOf(response.attestationObject),
    transports: response.getTransports?.() ?? [],
  });
}

/** `suggested`: nothing opens, the browser offers it where a name is typed, until `signal`. */
export async function showPasskey(options: Asking, suggested?: { signal: AbortSignal }) {
  const publicKey = {
    ...options,
    challenge: bytesOf(options.challenge),
    allowCredentials: options.allowCredentials?.map(named),
  } as PublicKeyCredentialRequestOptions;
  const how = suggested && ({ mediation: "conditional", ...suggested } as const);
  const shown = (await navigator.credentials.get({ publicKey, ...how })) as PublicKeyCredential;
  const response = shown.response as AuthenticatorAssertionResponse;
  return written(shown, {
    authenticatorData: textOf(response.authenticatorData),
    signature: textOf(response.signature),
    userHandle: response.userHandle ? textOf(response.userHandle) : undefined,
  });
}

/** Browsers have one name for what was cancelled and for what they did not even ask about. */
export function troubleOf(error: unknown, milliseconds: number): Trouble {
  switch (error instanceof Error ? error.name : "") {
    case "AbortError":
      return "cancelled";
    case "NotAllowedError":
      return milliseconds < UNSEEN_MILLISECONDS ? "refused" : "cancelled";
    case "InvalidStateError":
      return "known";
    case "SecurityError":
      return "address";
    case "NotSupportedError":
    case "ConstraintError":
      return "unable";
    default:
      return "failed";
  }
}

function named<T extends { id: string }>(one: T) {
  return { ...one, id: bytesOf(one.id) };
}

function written<T>(of: PublicKeyCredential, response: T) {
  return {
    id: of.id,
    rawId: textOf(of.rawId),
    type: "public-key" as const,
    response: { clientDataJSON: textOf(of.response.clientDataJSON), ...response },
  };
}

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

export function textOf(bytes: ArrayBuffer): string {
  const plain = Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join("");
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
