/**
 * Which way a list, a quotation or a table runs: that of its first letter outside of code. As `dir="auto"`,
 * but also for what holds only such blocks; and styles can ask for it, which few browsers' `:dir()` lets them.
 */
const FIRST = 500;
const CODE_AND_ADDRESSES = /`[^`\n]*`|\]\([^)\n]*\)|<[^>\n]*>|https?:\S+/g;
const LEFTWARDS = /^\P{L}*[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/u;

export function directionOf(source: string): "rtl" | "ltr" {
  return LEFTWARDS.test(source.slice(0, FIRST).replace(CODE_AND_ADDRESSES, "")) ? "rtl" : "ltr";
}
