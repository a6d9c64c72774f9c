/** Guards between a model's text and the page. */
import DOMPurify from "dompurify";

/** What the highlighter makes: spans with classes, nothing else. */
export function safeSpans(html: string): string {
  return DOMPurify.sanitize(html, { ALLOWED_TAGS: ["span"], ALLOWED_ATTR: ["class"], ALLOW_DATA_ATTR: false });
}

/** What the formula setter makes: MathML, without links and styles. */
export function safeMath(html: string): string {
  return DOMPurify.sanitize(html, {
    USE_PROFILES: { mathMl: true },
    FORBID_ATTR: ["href", "xlink:href", "style"],
    ADD_TAGS: ["semantics", "annotation"],
    ADD_ATTR: ["encoding"],
  });
}
