/**
 * Which dollars set formulas, and which are prices and variables. The bounds are pandoc's: no blank
 * inside them, no digit behind. Letters around them, but for those of "the $n$th", and words between
 * them are no formula either.
 */

const INLINE = /^(?:\$\$([^$\n]+?)\$\$|\$(?![\s$])((?:\\.|[^$\\\n`])+?)(?<!\s)\$(?!(?!(?:th|st|nd|rd)\b)[\w{]))/;
/** A name that goes on: `a$b`, `US$5`, `50$/year`. Chinese stands beside formulas without a blank. */
const NAME = /[A-Za-z0-9_\\$]$/;
const COMMANDS = /\\[A-Za-z]+\*?(?:\{[^{}]*\})?/g;
const WORDS = /[A-Za-z]{2}[,;]?\s+[A-Za-z]{2}|[，。；！？、：]/;
const PRICE = /^\d[\d.,]*/;
const BESIDE_A_PRICE = /[A-Za-z]{3}|\b(?:or|to|in|at|by|of|on|is|an?)\b|[\u3400-\u9fff]/;

export interface Dollars {
  raw: string;
  tex: string;
  display: boolean;
}

/** The formula that begins `source`, which stands behind `before`; undefined where that is text. */
export function formulaIn(source: string, before: string): Dollars | undefined {
  const found = INLINE.exec(source);
  if (!found || (!found[1] && NAME.test(before))) return undefined;
  const tex = (found[1] ?? found[2])!;
  return isProse(tex) ? undefined : { raw: found[0], tex, display: found[1] !== undefined };
}

/** Where a formula begins that the end of the line has not reached; -1 where none does. */
export function openFormula(line: string): number {
  for (let at = line.indexOf("$"); at >= 0; at = line.indexOf("$", at + 1)) {
    const before = line.slice(Math.max(0, at - 1), at);
    const whole = formulaIn(line.slice(at), before);
    if (whole) at += whole.raw.length - 1;
    else if (line.indexOf("$", at + 1) < 0)
      return NAME.test(before) || /[\s\d]/.test(line.charAt(at + 1)) || isProse(line.slice(at + 1)) ? -1 : at;
  }
  return -1;
}

function isProse(tex: string): boolean {
  const plain = tex.replace(COMMANDS, " ");
  return WORDS.test(plain) || (PRICE.test(plain) && BESIDE_A_PRICE.test(plain));
}
