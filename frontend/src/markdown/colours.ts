/** Colours for code that grows, as often as the time they take allows. */

/** So many times as long as colours took, the code that comes next waits for its own. */
const PAUSES = 10;

export interface Coloured {
  code: string;
  language: string;
  /** The code as HTML; undefined where it has no colours. */
  html: string | undefined;
  /** When what has come since may be coloured. */
  due: number;
}

type Highlight = (code: string, language: string) => string | undefined;

/** The code with its colours, or its beginning that was coloured before. */
export function colour(before: Coloured | undefined, code: string, language: string, highlight: Highlight): Coloured {
  const began = performance.now();
  if (before?.language === language && code.startsWith(before.code) && (code === before.code || began < before.due))
    return before;
  const html = highlight(code, language);
  const ended = performance.now();
  return { code, language, html, due: ended + PAUSES * (ended - began) };
}
