/** Footnotes: `[^1]` where one is told of, `[^1]: …` where it stands. Without the other each is text. */
import type { Links, TokenizerExtension } from "marked";

const NOTE = /^ {0,3}\[\^([^\]\s]{1,60})\]:[ \t]+([^\n]+(?:\n+(?: {2,}|\t)[^\n]+)*)(?:\n+|$)/;
const REFERENCE = /^\[\^([^\]\s]{1,60})\]/;

/** Notes stand among the references of a text, so that a new one draws again what tells of it. */
export function knowNote(links: Links, id: string): void {
  links[`^${id}`] ??= { href: "#", title: null };
}

export const footnotes: TokenizerExtension[] = [
  {
    name: "footnote",
    level: "block",
    start: (source) => source.match(/\n {0,3}\[\^/)?.index,
    tokenizer(source) {
      const found = NOTE.exec(source);
      if (!found) return undefined;
      knowNote(this.lexer.tokens.links, found[1]!);
      const text = found[2]!.replace(/\n(?: {2,4}|\t)/g, "\n");
      return { type: "footnote", raw: found[0], id: found[1], tokens: this.lexer.blockTokens(text) };
    },
  },
  {
    name: "reference",
    level: "inline",
    start: (source) => source.indexOf("[^"),
    tokenizer(source) {
      const found = REFERENCE.exec(source);
      if (!found || !(`^${found[1]}` in this.lexer.tokens.links)) return undefined;
      return { type: "reference", raw: found[0], id: found[1] };
    },
  },
];
