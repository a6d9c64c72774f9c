/** What a person says; the first message of all makes its conversation. */

import { batch } from "@preact/signals";
import type { Preset, ReplyRequest } from "../../api/types";
import { uniqueId } from "../../browser/anywhere";
import { navigateBelow, route } from "../../browser/router";
import { conversationAt } from "../../routes";
import { createConversation } from "../conversations/conversations";
import { answeringId, templated } from "../endpoints/models";
import { type DraftFile, idsOf, isSame, keepFiles, madeOf, moveFiles, putFilesBack } from "../files/drafts";
import { dispatch, openId, request } from "./current";
import { draftOf, keepDraft, putBack } from "./drafts";
import { openConversation } from "./live";
import { equip } from "./model";
import { keepTaken, takenIn } from "./taken";
import { unwanted } from "./takenBack";
import { keepWaiting } from "./waiting";

/** Say something, with files that the server has; the first message of all makes the conversation. */
export async function say(content: string, files: DraftFile[] = []): Promise<void> {
  const model_id = openId === null ? answeringId() : undefined;
  const client_id = nameOf(content, files);
  const message = { type: "message", content, client_id, model_id, attachment_ids: idsOf(files) } as const;
  request(message, files);
  keepFiles(openId, []);
  if (openId === null) await begin(message, files, templated.peek());
}

function nameOf(content: string, files: DraftFile[]): string {
  const taken = openId === null ? null : takenIn(openId);
  if (taken) keepTaken(openId!, null);
  const isIt = taken?.content === content && isSame(madeOf(taken.files ?? []), madeOf(files));
  return isIt ? taken.client_id : uniqueId();
}

/** Whoever has gone elsewhere meanwhile stays there; the message is sent once they are back. */
async function begin(
  message: ReplyRequest & { type: "message" },
  files: DraftFile[],
  preset: Preset | null,
): Promise<void> {
  const first = [{ request: message, files, after: 0 }];
  const isWanted = () => !unwanted.has(message.client_id);
  try {
    const made = await createConversation(isWanted);
    if (!made) return;
    keepWaiting(made.id, [], first);
    await equip(made.id, message.model_id, preset);
    if (openId === null && isHere()) goTo(made.id, message, files);
  } catch (error) {
    if (!isWanted()) return;
    dispatch({ type: "withdraw", client_id: message.client_id });
    putBack(null, message.content);
    putFilesBack(null, files);
    throw error;
  } finally {
    keepWaiting(null, first, []);
  }
}

/** At a conversation or the start, also below the settings. */
function isHere(): boolean {
  const { page } = route.peek();
  return page === "chat" || page === "settings";
}

/** Into the conversation that was made, with what was typed since. */
function goTo(id: number, message: ReplyRequest, files: DraftFile[]): void {
  keepDraft(id, draftOf(null));
  keepDraft(null, "");
  moveFiles(null, id);
  batch(() => {
    openConversation(id);
    dispatch({ type: "latest", page: { messages: [], has_more: false } });
    request(message, files);
    navigateBelow(conversationAt(id));
  });
}
