/** Markdown to tokens: GFM, with formulas, footnotes, a little HTML, and emphasis and links that suit Chinese text. */
import { type Links, Marked, type Token, type TokenizerExtension, type TokensList } from "marked";
import { formulaIn } from "./dollars";
import { footnotes, knowNote } from "./footnotes";
import { html } from "./html";
import { ShallowLexer } from "./ShallowLexer";

const BLOCK_MATH = /^ {0,3}(?:\$\$([\s\S]+?)\$\$|\\\[([\s\S]+?)\\\])(?:[ \t]*(?:\n|$))/;
const BRACKET_MATH = /^\\(?:\((.+?)\\\)|\[(.+?)\\\])/;
// CommonMark wants blanks or punctuation around emphasis that ends in punctuation; Chinese has none.
const STRONG = /^\*\*(?![\s*])((?:\\.|`[^`\n]*`|[^*`\\]|\*(?!\*))+?)(?<![\s*])\*\*(?!\*)/;
const ADDRESS = /^https?:\/\/[^\s<>"'`|，。；：！？、（）《》【】「」“”‘’…\u3400-\u9fff]+/;

const math: TokenizerExtension[] = [
  {
    name: "formula",
    level: "block",
    start: (source) => source.match(/\n {0,3}(?:\$\$|\\\[)/)?.index,
    tokenizer(source) {
      const found = BLOCK_MATH.exec(source);
      return found ? { type: "formula", raw: found[0], text: found[1] ?? found[2], display: true } : undefined;
    },
  },
  {
    name: "formula",
    level: "inline",
    start: (source) => source.match(/\$|\\\(|\\\[/)?.index,
    tokenizer(source, before) {
      const found = BRACKET_MATH.exec(source);
      if (found) return { type: "formula", raw: found[0], text: found[1] ?? found[2], display: false };
      const dollars = formulaIn(source, before.at(-1)?.raw ?? "");
      return dollars && { type: "formula", raw: dollars.raw, text: dollars.tex, display: dollars.display };
    },
  },
];

const chinese: TokenizerExtension[] = [
  {
    name: "strong",
    level: "inline",
    start: (source) => source.indexOf("**"),
    tokenizer(source) {
      const found = STRONG.exec(source);
      if (!found) return undefined;
      return { type: "strong", raw: found[0], text: found[1], tokens: this.lexer.inlineTokens(found[1]!) };
    },
  },
  {
    name: "address",
    level: "inline",
    start: (source) => source.search(/https?:\/\//),
    tokenizer(source) {
      const raw = addressAt(source);
      if (!raw) return undefined;
      return { type: "link", raw, href: raw, text: raw, tokens: [{ type: "text", raw, text: raw }] };
    },
  },
];

/** The address that begins here, without the brackets and the punctuation around it. */
function addressAt(source: string): string {
  const found = ADDRESS.exec(source)?.[0] ?? "";
  let open = 0;
  let end = 0;
  while (end < found.length && open >= 0) {
    if ("([".includes(found[end]!)) open++;
    else if (")]".includes(found[end]!)) open--;
    if (open >= 0) end++;
  }
  return found.slice(0, end).replace(/[.,;:!?*_~]+$/, "");
}

const marked = new Marked({ gfm: true, breaks: true, extensions: undefined });
marked.use({ extensions: [...math, ...chinese, ...html, ...footnotes] });

export interface Lexed {
  text: string;
  /** The blocks; `raw` tells two versions of a block apart. */
  tokens: Token[];
  /** Where the references of the text lead: the same object for as long as they lead there. */
  links: Links;
}

/** How many blocks at the end of a growing text may still become part of one another. */
const UNSETTLED = 4;

/** The blocks of a text. References lead where `known` says, or the text itself. */
export function lex(text: string, known?: Links): TokensList {
  const lexer = new ShallowLexer(marked.defaults);
  Object.assign(lexer.tokens.links, known);
  return lexer.lex(text);
}

/** The whole text, after what was known of it before. */
export function lexAll(before: Lexed | undefined, text: string): Lexed {
  const tokens = lex(text);
  return { text, tokens, links: before && leadAlike(before.links, tokens.links) ? before.links : tokens.links };
}

/** As `lexAll`, but of a text that has grown only the end is read again, unless references lead elsewhere now. */
export function lexOn(before: Lexed | undefined, text: string): Lexed {
  const settled = before?.tokens.slice(0, -UNSETTLED) ?? [];
  const length = settled.reduce((sum, token) => sum + token.raw.length, 0);
  if (!length || text.includes("\r") || !text.startsWith(before!.text.slice(0, length))) return lexAll(before, text);
  const { links } = before!;
  const end = lex(text.slice(length), Object.keys(links).length ? linksOf(settled) : undefined);
  return leadAlike(links, end.links) ? { text, tokens: [...settled, ...end], links } : lexAll(before, text);
}

function linksOf(tokens: Token[]): Links {
  const links: Links = {};
  marked.walkTokens(tokens, (token) => {
    if (token.type === "def")
      links[token.tag as string] ??= { href: token.href as string, title: token.title as string };
    if (token.type === "footnote") knowNote(links, token.id as string);
  });
  return links;
}

function leadAlike(one: Links, other: Links): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
