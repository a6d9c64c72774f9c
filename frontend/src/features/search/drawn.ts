/** Where what was found stands in a message as it is drawn. */
import type { Range as Place } from "./snippet";

/** What the model or the person said; not what the model thought. */
const SAID = ".prose, .said-text";

/**
 * The letters of a message's source from one code point to another, as they are drawn. Markdown may have
 * made something else of them: then undefined.
 */
export function rangeIn(article: HTMLElement, source: string, place: Place): Range | undefined {
  const { word, before } = wordAt(source, place);
  const nodes = [...article.querySelectorAll(SAID)]
    .filter((box) => !box.closest(".reasoning"))
    .flatMap((box) => textsIn(box));
  const at = occurrence(nodes.map(({ data }) => data).join(""), word, before);
  if (at < 0) return undefined;
  const range = document.createRange();
  range.setStart(...nodeAt(nodes, at));
  range.setEnd(...nodeAt(nodes, at + word.length));
  return range;
}

/** What stands between two code points, and how often it stands before them. */
export function wordAt(source: string, [start = 0, end = 0]: Place): { word: string; before: number } {
  const points = Array.from(source);
  const word = points.slice(start, end).join("");
  const before = word ? points.slice(0, start).join("").split(word).length - 1 : 0;
  return { word, before };
}

/** Where a word stands that stands so often before; the last one where there are not as many. */
export function occurrence(text: string, word: string, before: number): number {
  if (!word) return -1;
  let at = text.indexOf(word);
  for (let count = 0; count < before; count++) {
    const next = text.indexOf(word, at + word.length);
    if (next < 0) break;
    at = next;
  }
  return at;
}

function textsIn(box: Element): Text[] {
  const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
  const found: Text[] = [];
  while (walker.nextNode()) found.push(walker.currentNode as Text);
  return found;
}

function nodeAt(nodes: Text[], at: number): [Text, number] {
  let left = at;
  for (const node of nodes) {
    if (left <= node.length) return [node, left];
    left -= node.length;
  }
  return [nodes.at(-1)!, nodes.at(-1)!.length];
}
