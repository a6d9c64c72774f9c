/** What a conversation on paper says of itself. */
import type { Thread } from "./thread";

/** With more a browser has too much to draw at once. */
const MOST_MESSAGES = 2_000;

export const printTexts = {
  en: {
    loading: "Getting the whole conversation ready to print…",
    printed: (when: string) => `Printed ${when}`,
    newest: (count: number) => `Only the newest ${count.toLocaleString("en")} messages are printed.`,
    unloaded: "Older messages are missing here. Print with Ctrl P or from the conversation's menu to have all of them.",
  },
  "zh-CN": {
    loading: "正在准备打印整个对话…",
    printed: (when: string) => `打印于 ${when}`,
    newest: (count: number) => `仅打印了最新的 ${count} 条消息。`,
    unloaded: "这里缺少更早的消息。请用 Ctrl P 或对话菜单打印，即可包含全部消息。",
  },
};

/** Older messages exist, and belong on the paper. */
export function hasRoom({ hasMore, messages }: Thread): boolean {
  return hasMore && messages.length < MOST_MESSAGES;
}

export function whatIsMissing(thread: Thread, texts: (typeof printTexts)["en"]): string | undefined {
  if (!thread.hasMore) return undefined;
  return hasRoom(thread) ? texts.unloaded : texts.newest(thread.messages.length);
}
