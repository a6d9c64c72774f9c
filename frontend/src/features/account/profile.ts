/** What a person says of themselves, and the address that the server writes to. */
import { api } from "../../api/client";
import { sendBytes } from "../../api/upload";
import { account, changed } from "./account";
import { surely } from "./fresh";

/** Its edges, in pixels: more than the server keeps. */
const SIDE = 512;
const QUALITY = 0.9;

/** Null clears it. Throws `ApiError`. */
export async function changeName(display_name: string | null): Promise<void> {
  changed(await api("PATCH /auth/me", { body: { display_name } }));
}

/** The middle of a picture, as a square. Undefined where this browser cannot read it. */
export async function squareOf(file: Blob): Promise<Blob | undefined> {
  try {
    const picture = await createImageBitmap(file);
    const side = Math.min(picture.width, picture.height);
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = Math.min(side, SIDE);
    const context = canvas.getContext("2d")!;
    context.imageSmoothingQuality = "high";
    const [left, top] = [(picture.width - side) / 2, (picture.height - side) / 2];
    context.drawImage(picture, left, top, side, side, 0, 0, canvas.width, canvas.height);
    picture.close();
    return await new Promise((resolve) => canvas.toBlob((made) => resolve(made ?? undefined), "image/webp", QUALITY));
  } catch {
    return undefined;
  }
}

/** Throws `ApiError`. */
export async function sendAvatar(content: Blob): Promise<void> {
  const { signal } = new AbortController();
  const { avatar } = await sendBytes<{ avatar: number }>("PUT /auth/me/avatar", {
    content,
    headers: {},
    signal,
    onProgress: () => undefined,
  });
  change({ avatar });
}

/** Throws `ApiError`. */
export async function removeAvatar(): Promise<void> {
  await api("DELETE /auth/me/avatar");
  change({ avatar: null });
}

/** It changes once the links are opened that go to both addresses; without a password where there is none. Throws `ApiError`. */
export async function changeEmail(email: string, password?: string): Promise<void> {
  await surely("POST /auth/email", { body: { email, password } });
  changed();
}

/** Throws `ApiError`. */
export async function keepEmail(): Promise<void> {
  await api("DELETE /auth/email");
  change({ pending_email: null });
}

/** Throws `ApiError`. */
export async function verifyEmail(): Promise<void> {
  await api("POST /auth/email/verification");
}

function change(what: Partial<NonNullable<typeof account.value>>): void {
  if (account.value) changed({ ...account.value, ...what });
}
