/**
 * The few tags of HTML that people write in Markdown: paired, without attributes but `open`. Anything else
 * stays as it was written.
 */
import type { Token, TokenizerExtension } from "marked";

const INLINE = /^<(sub|sup|kbd|mark)>([^\n]{1,500}?)<\/\1>/;
const DETAILS = /^ {0,3}<details(?: open)?>/;
const SUMMARY = /^\s*<summary>([\s\S]*?)<\/summary>/;
/** What opens or closes a fold, and code, in which nothing does. */
const MARKS = /`[^`\n]+`|^[ \t]*(`{3,}|~{3,})|<(\/?)details(?: open)?>/gm;
const DEEPEST = 12;

interface Folds {
  /** Behind the end of the first fold that stands in no other; 0: it does not end. */
  end: number;
  /** How many are open at the end. */
  depth: number;
  /** The fence of the code that is open at the end. */
  fence: string;
}

/** Follows the folds of a text; to its end, or only to the end of the first. */
function follow(text: string, toEnd: boolean): Folds {
  const folds: Folds = { end: 0, depth: 0, fence: "" };
  for (const { 0: mark, 1: fence, 2: slash, index } of text.matchAll(MARKS)) {
    if (fence !== undefined) {
      if (!folds.fence) folds.fence = fence;
      else if (fence.startsWith(folds.fence)) folds.fence = "";
    } else if (!folds.fence && slash !== undefined) {
      if (!slash && !folds.depth && !atLineStart(text, index)) continue;
      folds.depth = Math.max(0, folds.depth + (slash ? -1 : 1));
      if (!folds.depth) folds.end ||= index + mark.length;
      if (!toEnd && (folds.end || folds.depth > DEEPEST)) break;
    }
  }
  return folds;
}

function atLineStart(text: string, index: number): boolean {
  return /^ {0,3}$/.test(text.slice(text.lastIndexOf("\n", index - 1) + 1, index));
}

/** What closes the folds that are open at the end of a text. */
export function foldsClosed(text: string): string {
  if (!text.includes("<details")) return "";
  const { depth, fence } = follow(text, true);
  return depth ? (fence && `\n${fence}`) + "\n\n</details>".repeat(depth) : "";
}

export const html: TokenizerExtension[] = [
  {
    name: "tag",
    level: "inline",
    start: (source) => source.match(/<(?:sub|sup|kbd|mark)>/)?.index,
    tokenizer(source) {
      const found = INLINE.exec(source);
      if (!found) return undefined;
      return { type: "tag", raw: found[0], tag: found[1], tokens: this.lexer.inlineTokens(found[2]!) };
    },
  },
  {
    name: "details",
    level: "block",
    childTokens: ["summary", "tokens"],
    start: (source) => source.match(/\n {0,3}<details(?: open)?>/)?.index,
    tokenizer(source) {
      const { end } = DETAILS.test(source) ? follow(source, false) : { end: 0 };
      if (!end) return undefined;
      const raw = source.slice(0, end) + /^[ \t]*\n*/.exec(source.slice(end))![0];
      const body = source.slice(0, end).replace(DETAILS, "").slice(0, -"</details>".length);
      const title = SUMMARY.exec(body);
      const summary: Token[] = [];
      this.lexer.inline(title?.[1]?.trim() ?? "", summary);
      const inside = body.slice(title?.[0].length ?? 0).replace(/^[ \t]*\n/, "");
      return {
        type: "details",
        raw,
        open: /^\s*<details open/.test(raw),
        summary,
        tokens: this.lexer.blockTokens(inside),
      };
    },
  },
];
