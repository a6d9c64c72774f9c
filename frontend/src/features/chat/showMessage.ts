import { navigate } from "../../browser/router";
import { explainError, t } from "../../i18n";
import { conversationAt } from "../../routes";
import { dismiss, notify, type Toast } from "../../ui/toasts";
import { openId } from "./current";
import { seek } from "./seek";
import { type OnReached, TOP } from "./sought";

/** Brings a message of a conversation into sight, wherever one is. */
export async function showMessage(conversation: number, message: number, onReached: OnReached): Promise<void> {
  navigate(conversationAt(conversation));
  try {
    await seek({ message, top: TOP, onReached });
  } catch (error) {
    const again = () => {
      dismiss(notice);
      if (openId === conversation) void showMessage(conversation, message, onReached);
    };
    const notice: Toast = { text: explainError(error), action: { label: t().common.retry, run: again } };
    notify(notice);
  }
}
