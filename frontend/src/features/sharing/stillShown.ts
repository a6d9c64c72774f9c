/** A link keeps what was deleted after it was made: whoever deletes is told of that. */
import { api, patient } from "../../api/client";
import type { Share } from "../../api/types";
import { locale } from "../../browser/preferences";
import { change, type Toast, tell, toasts } from "../../ui/toasts";
import { dayOf } from "./days";
import { text } from "./texts";

/** Has the notice of a deletion name the links that still show the message, and end them. */
export async function tellStillShown(message_id: number, notice: Toast): Promise<void> {
  const { shares } = await patient("GET /shares", { params: { message_id } });
  if (!shares.length || !toasts.peek().includes(notice)) return; // it was put back meanwhile
  const run = () => void end(shares, notice).catch(tell);
  change(notice, {
    text: shares.length > 1 ? text().stillShownBy(shares.length) : text().stillShown(...nameOf(shares)),
    also: { label: shares.length > 1 ? text().endThem : text().endIt, run },
  });
}

async function end(shares: Share[], notice: Toast): Promise<void> {
  change(notice, { also: undefined });
  for (const { id } of shares) await api("DELETE /shares/{id}", { params: { id } });
  const ended =
    shares.length > 1 ? text().deletedAndEndedAll(shares.length) : text().deletedAndEnded(...nameOf(shares));
  change(notice, { text: ended });
}

/** The newest that there is, by title and day. */
function nameOf([share]: Share[]): [string, string] {
  return [share!.title, dayOf(share!.created_at, locale.value)];
}
