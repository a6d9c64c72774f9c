/** Marks of Markdown at the beginning of a line, those around words, and those between cells. */
const LINE = /^[ \t]*(#{1,6} |>|[-*+] |```\w*|\|?[ :|-]+\|)[ \t]*/gm;
const WORDS = /\*\*|`+/g;
const CELLS = /\|/g;

/** The beginning of a text in few words: without what is only told by how it is set. */
export function plainly(text: string): string {
  const words = text.replace(LINE, "").replace(WORDS, "").replace(CELLS, " ");
  return words.replace(/\s+/g, " ").trim();
}
