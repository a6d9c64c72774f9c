/** All invites: there are few enough of them to be known at once. */
import { signal } from "@preact/signals";
import type { Invite, InviteCreate, InviteCreated } from "../../../api/types";
import { read, write } from "../calls";

/** The newest first; undefined while they are not known. */
export const invites = signal<Invite[] | undefined>(undefined);

/** Throws `ApiError`. */
export async function loadInvites(): Promise<void> {
  invites.value = (await read("GET /admin/invites")).invites;
}

/** The answer alone has the link. */
export async function makeInvite(body: InviteCreate): Promise<InviteCreated> {
  const made = await write("POST /admin/invites", { body });
  invites.value = [made, ...(invites.value ?? [])];
  void loadInvites().catch(() => undefined);
  return made;
}

/** At once, for good. */
export async function revokeInvite(id: number): Promise<void> {
  await write("DELETE /admin/invites/{id}", { params: { id } });
  await loadInvites();
}
