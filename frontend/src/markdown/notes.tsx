/** Footnotes as they are drawn: a number that leads to its note, and a note that leads back. */
import type { ComponentChildren } from "preact";
import { t } from "../i18n";

export function Reference({ id }: { id: string }) {
  return (
    <sup>
      <button
        class="link"
        data-of={id}
        aria-label={t().thread.note(id)}
        onClick={(event) => go(event, "data-note", id)}
      >
        {id}
      </button>
    </sup>
  );
}

export function Footnote({ id, children }: { id: string; children: ComponentChildren }) {
  return (
    <div class="footnote" role="note" aria-label={t().thread.note(id)} data-note={id} tabIndex={-1}>
      <sup aria-hidden="true">{id}</sup>
      <div class="note-text">{children}</div>
      <button class="link" aria-label={t().thread.noteBack} onClick={(event) => go(event, "data-of", id)}>
        ↩
      </button>
    </div>
  );
}

/** To the first other end in the same text; a name in it is no selector. */
function go({ currentTarget }: { currentTarget: Element }, attribute: string, id: string): void {
  const ends = currentTarget.closest(".prose")!.querySelectorAll<HTMLElement>(`[${attribute}]`);
  const found = [...ends].find((end) => end.getAttribute(attribute) === id);
  found?.scrollIntoView({ block: "nearest" });
  found?.focus({ preventScroll: true });
}
