/**
 * Text that is still arriving, made whole: what is begun is closed, and what would look like
 * something else until it is complete is held back. Nothing jumps when the rest comes.
 */

import { openFormula } from "./dollars";
import { foldsClosed } from "./html";

const TAG = /<(\/?)(sub|sup|kbd|mark|summary)>/g;

export function mend(text: string): string {
  const mended = mendBlocks(text.replace(/<details>\s*(?:<[a-z]*)?$/, "")); // a fold shows once it has a title
  return mended + foldsClosed(mended);
}

function mendBlocks(text: string): string {
  if (insideFence(text)) return text.replace(/\n[ \t]*(`{1,2}|~{1,2})$/, "");
  const blockStart = text.lastIndexOf("\n\n") + 1;
  const block = mendTable(holdDefinition(holdMarker(text.slice(blockStart))));
  const lineStart = block.lastIndexOf("\n") + 1;
  return text.slice(0, blockStart) + mendMath(block.slice(0, lineStart), block.slice(lineStart));
}

function insideFence(text: string): boolean {
  let open = "";
  for (const [, fence] of text.matchAll(/^ {0,3}(?:[-*+>] +|\d+[.)] +)*\s*(`{3,}|~{3,})/gm)) {
    if (!open) open = fence!;
    else if (fence!.startsWith(open)) open = "";
  }
  return open !== "";
}

/** A line of only `-`, `#`, `1.` may become a list, a heading, a rule, or underline the line above. */
function holdMarker(block: string): string {
  return block.replace(/(^|\n)[ \t]*(?:[-=*_+>]+|#{1,6}|\d{1,9}[.)]?|`{1,3}|~{1,3})[ \t]*$/, "$1");
}

/** A line such as `[1]: https://…` says where a reference leads: nothing before it is whole. */
function holdDefinition(block: string): string {
  return block.replace(/(^|\n) {0,3}\[(?:[^\]\s]{0,20}\]?|[^\]\n]+\]:[ \t]*\S*[ \t]*(?:["'(][^\n]*)?)$/, "$1");
}

/** The head of a table is a paragraph full of bars until the line below it is complete. */
function mendTable(block: string): string {
  const rows = /(?:^|\n)(\|[^\n]*)(?:\n([^\n]*))?$/.exec(block);
  if (!rows) return block;
  const [whole, , below] = rows;
  const before = block.slice(0, rows.index);
  if (/(?:^|\n)\|[^\n]*$/.test(before)) return block;
  return below === undefined || /^[|\s:-]*$/.test(below) ? before + (whole.startsWith("\n") ? "\n" : "") : block;
}

function mendMath(before: string, line: string): string {
  const text = before + line;
  const plain = text.replace(/(`+)[^`]*(?:\1|$)/g, (code) => "x".repeat(code.length));
  if (count(plain, /\$\$/g) % 2 || /\\\[(?:(?!\\\])[\s\S])*$/.test(plain)) {
    const open = plain.search(/(?:\$\$|\\\[)(?:(?!\$\$|\\\])[\s\S])*$/);
    return open < 0 ? text : text.slice(0, open);
  }
  return before + mendInline(line);
}

function mendInline(line: string): string {
  if (count(line, /`/g) % 2) return line.endsWith("`") ? line.slice(0, -1) : `${line}\``;
  const plain = line.replace(/`[^`]*`/g, (code) => "x".repeat(code.length));
  const bracket = /\\\((?:(?!\\\)).)*$/.exec(plain);
  if (bracket) return line.slice(0, bracket.index);
  const formula = openFormula(plain);
  if (formula >= 0) return mendInline(line.slice(0, formula));
  const tags = closeTags(line, plain);
  if (tags !== line) return mendInline(tags);
  const link = /!?\[[^\]]*(?:\](?:\([^)]*)?)?$/.exec(plain);
  if (link) return closeStrong(line.slice(0, link.index) + shownOf(line.slice(link.index)));
  return closeStrong(line);
}

/** Of a link that is not complete its text, of an image nothing. */
function shownOf(link: string): string {
  if (link.startsWith("[^")) return link.endsWith("]") ? link : ""; // a footnote is told of
  return link.startsWith("!") ? "" : link.slice(1).replace(/\](?:\(.*)?$/, "");
}

/** Without the tag that is half written, and with an end for those that have none. */
function closeTags(line: string, plain: string): string {
  const whole = line.replace(/<\/?[a-z]{0,7}$/, "");
  const open: string[] = [];
  for (const [, slash, tag] of plain.matchAll(TAG)) {
    if (!slash) open.push(tag!);
    else if (open.at(-1) === tag) open.pop();
  }
  return (
    whole +
    open
      .reverse()
      .map((tag) => `</${tag}>`)
      .join("")
  );
}

function closeStrong(line: string): string {
  const bare = line.replace(/\*{1,2}$/, "");
  const plain = bare.replace(/`[^`]*`/g, "");
  if (count(plain, /\*\*/g) % 2 === 0) return line === bare || /\*\*\S/.test(plain) ? line : bare;
  return line.endsWith("**") ? line : `${bare.trimEnd()}**${bare.slice(bare.trimEnd().length)}`;
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
