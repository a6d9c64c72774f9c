/** What was asked for and is taken back: its words and files are in the composer again. */

import type { Message } from "../../api/types";
import { t } from "../../i18n";
import { notify } from "../../ui/toasts";
import { type DraftFile, filesOf, isSame, keepFiles, madeOf, putFilesBack } from "../files/drafts";
import { dispatch, openId, thread } from "./current";
import { draftOf, putBack, putDraft } from "./drafts";
import { keepTaken, takenIn, without } from "./taken";
import type { Pending } from "./thread";

/** First messages that were taken back while their conversation was being made. */
export const unwanted = new Set<string>();

/** Takes back a request that was refused; what a message said goes into the composer again. */
export function withdraw(item: Pending): void {
  dispatch({ type: "withdraw", client_id: item.request.client_id });
  if (item.request.type === "message") putAllBack(item);
}

/** Files that the server has no longer are sent there anew. */
function putAllBack({ request, files, refused }: Pending): void {
  if ("content" in request) putBack(openId, request.content);
  const isMissing = refused?.code === "attachment_not_found";
  putFilesBack(openId, isMissing ? files?.map((file) => ({ ...file, made: undefined })) : files);
}

/** Takes back what has not been answered: its words are in the composer again. */
export function takeBack(item: Pending): void {
  const { request, files, after = thread.value.messages.at(-1)?.id ?? 0 } = item;
  withdraw(item);
  if (request.type === "edit") putAllBack(item);
  if (request.type !== "message") return;
  if (openId === null) return void unwanted.add(request.client_id);
  keepTaken(openId, { client_id: request.client_id, content: request.content, files, after });
  noticeArrived(openId);
}

/** What was taken back had arrived already: it need not be said again. */
export function noticeArrived(id: number): void {
  const taken = takenIn(id);
  const files = taken?.files ?? [];
  const isTaken = ({ id, sender, content, attachments }: Message) =>
    sender === "user" && id > taken!.after && content === taken!.content && isSame(attachments ?? [], madeOf(files));
  if (!taken || !thread.value.messages.some(isTaken)) return;
  keepTaken(id, null);
  putDraft(id, without(taken.content, draftOf(id)));
  const isAnother = ({ key }: DraftFile) => !files.some((file) => file.key === key);
  keepFiles(id, filesOf(id).filter(isAnother));
  notify({ text: t().thread.arrived });
}
