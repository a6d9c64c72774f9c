/** What is changed of a conversation is told to the other tabs of this browser. */
import { conversationOf, readConversation, refreshConversations } from "./conversations";
import { loadFolders } from "./folders";

const tabs = new BroadcastChannel("conversation");
tabs.onmessage = ({ data: id }: MessageEvent<number | "all" | null>) => {
  const isOne = typeof id === "number" && conversationOf(id);
  const found = isOne ? readConversation(id) : id && refreshConversations(id === "all");
  void Promise.all([found, loadFolders()]).catch(() => undefined);
};

/** It is another from now on: its model, its instructions, where it stands. Null: folders are; "all": many may be. */
export function tellTabs(id: number | "all" | null): void {
  tabs.postMessage(id);
}
