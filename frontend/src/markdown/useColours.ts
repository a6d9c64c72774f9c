import { useEffect, useReducer, useRef } from "preact/hooks";
import { type Coloured, colour } from "./colours";
import { highlighter } from "./lazy";

/** The coloured beginning of a code as HTML, if it has colours, and the rest, which gets its own in a while. */
export function useColours(code: string, language: string): { html: string | undefined; rest: string } {
  const [, drawAgain] = useReducer<number, void>((count) => count + 1, 0);
  const before = useRef<Coloured | undefined>(undefined);
  const loaded = language ? highlighter() : undefined;
  const now = loaded && colour(before.current, code, language.toLowerCase(), loaded.highlight);
  before.current = now;
  useEffect(() => {
    if (!now || now.code === code) return;
    const timer = setTimeout(drawAgain, now.due - performance.now());
    return () => clearTimeout(timer);
  });
  return now?.html === undefined
    ? { html: undefined, rest: code }
    : { html: now.html, rest: code.slice(now.code.length) };
}
