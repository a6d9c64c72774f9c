/** What is done with links that there are. */
import { api } from "../../api/client";
import type { Share } from "../../api/types";
import { locale } from "../../browser/preferences";
import { notify } from "../../ui/toasts";
import { dayOf } from "./days";
import { type End, timeOf } from "./ends";
import { text } from "./texts";

/** A list with a link as it is by now; null: it has ended. */
export function withLink(shares: Share[], { id }: Share, now: Share | null): Share[] {
  return shares.flatMap((share) => (share.id !== id ? share : (now ?? [])));
}

/** The conversation as it is now, under the same link. */
export async function updateLink({ id }: Share): Promise<Share> {
  const updated = await api("PATCH /shares/{id}", { params: { id }, body: { update: true } });
  notify({ text: text().updated(updated.title) });
  return updated;
}

export async function changeEnd({ id }: Share, end: End): Promise<Share> {
  return api("PATCH /shares/{id}", { params: { id }, body: { expires_at: timeOf(end, Date.now()) } });
}

/** What can be left out, as it is from now on. */
export type Shown = Pick<Share, "reasoning" | "without">;

export async function changeShown({ id }: Share, { reasoning, without }: Shown): Promise<Share> {
  return api("PATCH /shares/{id}", { params: { id }, body: { reasoning, without } });
}

/** At once and for everybody; there is no way back. */
export async function endLink(share: Share): Promise<void> {
  await api("DELETE /shares/{id}", { params: { id: share.id } });
  notify({ text: text().ended(share.title, dayOf(share.created_at, locale.value)) });
}
