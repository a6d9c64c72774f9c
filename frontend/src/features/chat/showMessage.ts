import { currentId, navigate } from "../../browser/router";
import { conversationAt } from "../../routes";
import { loadFor } from "./usePlace";

/** Brings a message of a conversation into sight, wherever one is. */
export async function showMessage(conversation: number, message: number): Promise<void> {
  if (currentId.value !== conversation) {
    navigate(conversationAt(conversation));
    history.replaceState({ ...history.state, place: { message, top: 0 } }, "");
    return;
  }
  await loadFor({ message });
  document.querySelector(`[data-message="${message}"]`)?.scrollIntoView();
}
