/** Loads a conversation, and prints it. */
import { pause } from "../../api/client";
import { locale } from "../../browser/preferences";
import { currentId } from "../../browser/router";
import { dismiss, notify, tell } from "../../ui/toasts";
import { when } from "../../ui/when";
import { shownFiles } from "../files/files";
import { dispatch, loadOlder, thread } from "./current";
import { printing } from "./printing";
import { hasRoom, printTexts, whatIsMissing } from "./printTexts";
import "./print.css";

const PAGE = 200;
/** Paper without a picture is better than none. */
const PICTURES_MILLISECONDS = 15_000;

export async function printWhole(): Promise<void> {
  const id = currentId.peek();
  const notice = { text: texts().loading, stays: true };
  dispatch({ type: "to-end" });
  if (thread.value.hasMore) notify(notice);
  try {
    await loadAll(id);
    await drawn();
  } catch (error) {
    return tell(error);
  } finally {
    dismiss(notice);
  }
  if (id !== currentId.peek()) return; // they have gone elsewhere
  print();
}

async function loadAll(id: number | null): Promise<void> {
  const wants = () => id === currentId.peek() && hasRoom(thread.value);
  while (wants()) await loadOlder(PAGE);
}

/** Whatever is loaded only where it is seen has its colours and its formulas. */
async function drawn(): Promise<void> {
  printing.value = true;
  await Promise.allSettled([import("../../markdown/highlight"), import("../../markdown/math")]);
  for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame);
  await Promise.race([shownFiles.isThere() && shownFiles()!.picturesLoaded(), pause(PICTURES_MILLISECONDS)]);
}

/** Stands at the top of the paper: what this is, and what of it is missing. */
export function PaperHead({ title }: { title: string }) {
  const missing = whatIsMissing(thread.value, texts());
  return (
    <header class="paper">
      <h1 dir="auto">{title}</h1>
      <p>{texts().printed(when(new Date().toISOString(), locale.value))}</p>
      {missing && <p>{missing}</p>}
    </header>
  );
}

function texts() {
  return printTexts[locale.value];
}
