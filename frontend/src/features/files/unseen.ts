import type { Attachment, Message } from "../../api/types";
import { notify } from "../../ui/toasts";
import { answering, loadModels, modelById, nameOf } from "../endpoints/models";
import { isPicture } from "./sizes";
import { text } from "./texts";

/** After a reply: its model's server may have refused the pictures, and it went on without them. */
export async function noticeUnseen(question: Message): Promise<void> {
  const before = answering.peek();
  if (!before?.images || !question.attachments?.some((file: Attachment) => isPicture(file))) return;
  await loadModels();
  const now = modelById.peek().get(before.id);
  if (now?.images === false) notify({ text: text().notSeen(nameOf(now)) });
}
