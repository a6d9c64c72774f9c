/** What is done with one message of the thread. */
import { patient } from "../../api/client";
import type { Message } from "../../api/types";
import { currentId, navigate } from "../../browser/router";
import { t } from "../../i18n";
import { conversationAt } from "../../routes";
import type { MenuSection } from "../../ui/Menu";
import { dismiss, notify, type Toast, tell } from "../../ui/toasts";
import { insert } from "../conversations/conversations";
import { loadFolders } from "../conversations/folders";
import { mayShare } from "../sharing/opened";
import { tellStillShown } from "../sharing/stillShown";
import { dispatch, thread } from "./current";
import { text } from "./messageTexts";

const PAGE = 50;

/** Of a question only the first; a reply can also be gone on from. */
export function sections(message: Message): MenuSection[] {
  const isLast = thread.peek().messages.at(-1)?.id === message.id;
  return [
    {
      entries: [
        message.sender === "ai" && {
          label: text().branch,
          icon: "branch",
          run: () => void branch(message).catch(tell),
        },
        {
          label: isLast ? text().remove : text().removeBelow,
          icon: "trash",
          danger: true,
          run: () => void remove(message).catch(tell),
        },
      ],
    },
  ];
}

async function branch({ id }: Message): Promise<void> {
  const made = await patient("POST /messages/{id}/branch", { params: { id } });
  insert({ ...made, has_system_prompt: !!made.system_prompt });
  navigate(conversationAt(made.id));
  if (made.folder_id) await loadFolders();
}

/** Out of sight once the server says so; the notice that tells can take it back. */
async function remove({ id }: Message): Promise<void> {
  const conversation = currentId.peek();
  await patient("DELETE /messages/{id}", { params: { id } });
  const notice: Toast = {
    text: text().removed,
    action: {
      label: t().common.undo,
      run: () => {
        dismiss(notice);
        void restore(id, conversation).catch(tell);
      },
    },
    undoes: true,
    about: `deleted:${id}`,
  };
  notify(notice);
  if (mayShare()) void tellStillShown(id, notice).catch(tell);
  const page = await patient("GET /conversations/{id}/messages", { params: { id: conversation!, limit: PAGE } });
  if (conversation === currentId.peek()) dispatch({ type: "activated", page });
}

async function restore(id: number, conversation: number | null): Promise<void> {
  const page = await patient("POST /messages/{id}/restore", { params: { id } });
  if (conversation === currentId.peek()) dispatch({ type: "activated", page });
  else if (conversation !== null) navigate(conversationAt(conversation));
}
