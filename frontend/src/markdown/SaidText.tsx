import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n";
import { breakable } from "../ui/unbroken";
import { endOfRow } from "./rows";

const ROWS = 12;
const MORE_ROWS = 4; // what would hide less than that is shown

/** A person's words as they were written. Of many the beginning, and the rest once it is asked for or found. */
export function SaidText({ text }: { text: string }) {
  const cut = endOfRow(text, ROWS + MORE_ROWS) < text.length ? endOfRow(text, ROWS) : text.length;
  const open = useSignal(false);
  const rest = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    rest.current?.addEventListener("beforematch", () => (open.value = true));
  }, []);
  if (cut === text.length)
    return (
      <div class="said-text" dir="auto">
        {breakable(text)}
      </div>
    );
  return (
    <div class={open.value ? "said-text" : "said-text folded"} dir="auto">
      <span>{breakable(text.slice(0, cut))}</span>
      <span class="rest" ref={rest} hidden={open.value ? false : ("until-found" as unknown as boolean)}>
        {breakable(text.slice(cut))}
      </span>
      <button class="link" aria-expanded={open.value} onClick={() => (open.value = !open.value)}>
        {open.value ? t().thread.showLess : t().thread.showAll}
      </button>
    </div>
  );
}

/** What is copied with a folded text around it or in it is all of it. */
export function unfoldSelected(): void {
  const selection = getSelection();
  for (const rest of document.querySelectorAll<HTMLElement>(".rest[hidden]")) {
    if (!selection?.containsNode(rest, true)) continue;
    rest.hidden = false; // for as long as the browser reads what is selected
    setTimeout(() => rest.closest(".folded") && rest.setAttribute("hidden", "until-found"));
  }
}
