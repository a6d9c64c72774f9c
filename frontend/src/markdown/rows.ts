/** How long a text is on the page, without looking at the page. */

const COLUMNS = 72;

/** Where so many rows end, guessed by the width of letters: nothing is measured. */
export function endOfRow(text: string, rows: number): number {
  let column = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    column += code > 0x2e7f ? 2 : 1;
    if (code !== 10 && column < COLUMNS) continue;
    column = 0;
    rows--;
    if (!rows) return isHigh(code) ? at + 2 : at + 1;
  }
  return text.length;
}

/** The first half of a character of two. */
function isHigh(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00;
}
