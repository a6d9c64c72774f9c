/** Addresses in a model's text: only those that a click may follow. */
import type { Token } from "marked";

export function safeAddress(href: string): string | undefined {
  try {
    const url = new URL(href);
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
}

/** Text with entities such as `&amp;` as the characters they stand for. */
export function decode(text: string): string {
  if (!/&[#\w]+;/.test(text)) return text;
  // Without its tag, what opens the body would eat the blanks before the first word.
  const parsed = new DOMParser().parseFromString(`<body>${text.replaceAll("<", "&lt;")}`, "text/html");
  return parsed.body.textContent ?? text;
}

/** What stands in a link, without links of its own; of a picture it is the text. */
export function unlinked(tokens: Token[]): Token[] {
  return tokens.flatMap((token): Token[] => {
    if (token.type === "image") return [{ type: "text", raw: token.raw, text: (token.text || token.href) as string }];
    if (!("tokens" in token && token.tokens)) return [token];
    const inside = unlinked(token.tokens);
    return token.type === "link" ? inside : [{ ...token, tokens: inside }];
  });
}
