/**
 * Words without end, such as a file in base64: browsers look again at all of the rest for every line
 * that they break, so that a page stood still for a minute.
 */
import type { ComponentChildren } from "preact";

/** Of scripts that break at blanks only. */
const RUN = /[!-~\u00a1-\u052f]{300,}/g;
const PIECE = /[\s\S]{1,100}[\u0300-\u036f]*/g;
/** What a browser still breaks quickly, where there are no places to break at. */
const MOST = 2000;

/** The text, with places to break at in words that have none; what is copied of it is the same. */
export function breakable(text: string): ComponentChildren {
  const parts: ComponentChildren[] = [];
  let end = 0;
  for (const { 0: run, index } of text.matchAll(RUN)) {
    parts.push(text.slice(end, index));
    parts.push(
      <span class="unbroken">
        {run.match(PIECE)!.map((piece) => (
          <>
            {piece}
            <wbr />
          </>
        ))}
      </span>,
    );
    end = index + run.length;
  }
  return parts.length ? [...parts, text.slice(end)] : text;
}

/** Whether lines of this text had better not be broken where they have no such places. */
export function isUnbroken(text: string): boolean {
  return text.length > MOST && text.split(/\s/).some(({ length }) => length > MOST);
}
