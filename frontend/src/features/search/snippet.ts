/** A part of a message that was found, as pieces of text. The server counts in code points, JavaScript in halves of them. */

/** From which code point to which. */
export type Range = readonly number[];

export interface Piece {
  text: string;
  marked: boolean;
}

/** What stands before the first marked word, in columns: a line is longer than this on any screen. */
const LEAD_COLUMNS = 24;

/** Marked and other pieces in turn; their texts together are the snippet. Ranges may touch, lie over each other or beyond it. */
export function pieces(snippet: string, ranges: readonly Range[]): Piece[] {
  const points = Array.from(snippet);
  const made: Piece[] = [];
  const add = (start: number, end: number, marked: boolean) => {
    if (start < end) made.push({ text: points.slice(start, end).join(""), marked });
  };
  let at = 0;
  for (const range of [...ranges].sort(([a = 0], [b = 0]) => a - b)) {
    const [start = 0, end = 0] = range.map((place) => Math.min(Math.max(at, place), points.length));
    add(at, start, false);
    add(start, end, true);
    at = end;
  }
  add(at, points.length, false);
  return made;
}

/** Without what would push the first marked word out of sight; `cut`: something is missing before it. */
export function shortened([first, ...others]: Piece[], cut: boolean): Piece[] {
  if (!first) return [];
  const kept = first.marked || !others.length ? first.text : lastColumns(first.text);
  const isCut = cut || kept.length < first.text.length;
  return [{ ...first, text: isCut ? `…${kept.trimStart()}` : kept }, ...others];
}

/** The end of a text, from the beginning of a word on where there is one. */
function lastColumns(text: string): string {
  const points = Array.from(text);
  let columns = 0;
  let from = points.length;
  while (from > 0 && columns < LEAD_COLUMNS) columns += points[--from]! > "\u2e7f" ? 2 : 1;
  if (!from) return text;
  const tail = points.slice(from).join("");
  const blank = tail.search(/\s/);
  return blank < 0 ? tail : tail.slice(blank);
}

/** The words of a query in a title, whatever their case. */
export function marksIn(title: string, query: string): Range[] {
  const points = Array.from(title.toLowerCase());
  if (points.length !== Array.from(title).length) return []; // some letters grow
  const lower = points.join("");
  const found: Range[] = [];
  for (const word of query.toLowerCase().split(/[\s"]+/)) {
    const at = word ? lower.indexOf(word) : -1;
    if (at < 0) continue;
    const start = Array.from(lower.slice(0, at)).length;
    found.push([start, start + Array.from(word).length]);
  }
  return found;
}
