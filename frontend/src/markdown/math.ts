/** Formulas as MathML, which browsers set themselves: no fonts, no styles. Loaded when first needed. */
import katex from "katex";
import { safeMath } from "./safe";

const MAX_EXPAND = 200;

/** Undefined where the formula is not valid. */
export function setFormula(tex: string, display: boolean): string | undefined {
  try {
    const options = { displayMode: display, output: "mathml", maxExpand: MAX_EXPAND } as const;
    return safeMath(katex.renderToString(tex, options));
  } catch {
    return undefined;
  }
}
