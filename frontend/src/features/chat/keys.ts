/** The keys of a thread, for as long as it is shown. */
import { signal } from "@preact/signals";
import { copyText } from "../../browser/anywhere";
import { t } from "../../i18n";
import { isField, onShortcut } from "../../ui/shortcuts";
import { notify } from "../../ui/toasts";
import { dispatch, stop, thread } from "./current";
import { busy, running } from "./thread";

const DRAWN_MILLISECONDS = 500;
/** A block of code between fences, which may stand in a list (CommonMark 0.31, section 4.5). */
const FENCED = /^[ >]*(`{3,}|~{3,})[^`\n]*\n([\s\S]*?)\n?[ >]*\1[`~]*[ \t]*$/gm;

/** The person's message that is to be edited now. */
export const editAsked = signal<{ id: number } | null>(null);

/** From now on, until the answer is called. */
export function threadShortcuts(): () => void {
  const ends = [
    onShortcut("copyReply", () => copyLast(replies()[0])),
    onShortcut("copyCode", () => copyLast(replies().map(lastCode).find(Boolean))),
    onShortcut("editLast", ({ target }) => {
      const isEmptyBox = isField(target) && target.closest(".composer") && !target.value;
      const last = thread.value.messages.findLast(({ sender }) => sender === "user");
      if (!isEmptyBox || !last || busy(thread.value)) return false;
      dispatch({ type: "to-end" });
      editAsked.value = { id: last.id };
      document.querySelector(".thread")!.scrollTo({ top: Number.MAX_SAFE_INTEGER }); // far from sight it is not drawn
      setTimeout(() => (editAsked.value = null), DRAWN_MILLISECONDS);
    }),
    onShortcut("stop", () => (running(thread.value) ? stop() : false)),
  ];
  return () => {
    for (const end of ends) end();
  };
}

/** What the model said on the path shown, the last first. */
function replies(): string[] {
  return thread.value.messages
    .flatMap(({ sender, content }) => (sender === "ai" && content ? [content] : []))
    .reverse();
}

function lastCode(reply: string): string | undefined {
  return [...reply.matchAll(FENCED)].at(-1)?.[2];
}

function copyLast(text: string | undefined): boolean {
  if (text === undefined) return false;
  copyText(text).then(
    () => notify({ text: t().common.copied }),
    () => notify({ text: t().common.notCopied }),
  );
  return true;
}
