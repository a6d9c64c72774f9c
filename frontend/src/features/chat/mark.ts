/** A message that was chosen in a list is marked for a moment, and what was looked for in it. */
import { isField } from "../../ui/shortcuts";
import "./mark.css";

const MILLISECONDS = 2600;
/** What is further below the beginning of its message, in parts of what is seen, is brought into sight itself. */
const SEEN = 0.6;

let ending = 0;
let end = () => {};

/** The message has the focus then, unless somebody is writing. */
export function mark(box: HTMLElement, article: HTMLElement, found: Range[] = []): void {
  clearTimeout(ending);
  end();
  const [first] = found;
  if (first) unfold(first);
  const focused = document.activeElement;
  if (!isField(focused) || !focused.value) {
    article.tabIndex = -1;
    article.focus({ preventScroll: true });
  }
  article.dataset.found = "";
  highlight(found);
  end = () => {
    delete article.dataset.found;
    highlight([]);
    end = () => {};
  };
  ending = setTimeout(end, MILLISECONDS);
  if (first) requestAnimationFrame(() => bringUp(box, first)); // what was folded is open by then
}

/** Opens what its beginning is folded in, as the browser's own search does. */
function unfold({ startContainer }: Range): void {
  const within = startContainer.parentElement!;
  within.closest("[hidden]")?.dispatchEvent(new Event("beforematch"));
  for (let box = within.closest("details"); box; box = box.parentElement!.closest("details")) box.open = true;
}

function bringUp(box: HTMLElement, found: Range): void {
  const edge = box.getBoundingClientRect().top;
  const { top, bottom } = found.getBoundingClientRect();
  if (bottom && bottom - edge > SEEN * box.clientHeight) box.scrollTop += top - edge - box.clientHeight / 3;
}

function highlight(found: Range[]): void {
  if (!("highlights" in CSS)) return;
  if (found.length) CSS.highlights.set("found", new Highlight(...found));
  else CSS.highlights.delete("found");
}
