import type { Token, Tokens } from "marked";
import type { ComponentChildren } from "preact";
import { t } from "../i18n";
import { Icon } from "../ui/Icon";
import { breakable } from "../ui/unbroken";
import { Formula } from "./Formula";
import { decode, safeAddress, unlinked } from "./links";
import { Reference } from "./notes";

/** What is stressed in Chinese and Japanese; their punctuation is not. */
const HAN = /([\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+)/;

interface Props {
  tokens: Token[] | undefined;
  /** They are stressed: Chinese by dots, not by slanting. */
  stressed?: boolean;
}

export function Inline({ tokens, stressed }: Props) {
  return (
    <>
      {tokens?.map((token, index) => (
        <One key={index} token={token} stressed={stressed} />
      ))}
    </>
  );
}

function One({ token, stressed }: { token: Tokens.Generic; stressed?: boolean }): ComponentChildren {
  const Name = token.type === "tag" ? (token.tag as "sub" | "sup" | "kbd" | "mark") : token.type;
  switch (Name) {
    case "strong":
    case "em":
    case "del":
    case "sub":
    case "sup":
    case "kbd":
    case "mark":
      return (
        <Name>
          <Inline tokens={token.tokens} stressed={stressed || Name === "em"} />
        </Name>
      );
    case "reference":
      return <Reference id={token.id as string} />;
    case "codespan":
      return <code>{breakable(token.text as string)}</code>;
    case "br":
      return <br />;
    case "link":
      return <Link token={token as Tokens.Link} stressed={stressed} />;
    case "image":
      return <Image token={token as Tokens.Image} />;
    case "formula":
      return <Formula tex={token.text as string} display={token.display as boolean} />;
    case "html":
      return /^<br\s*\/?>$/i.test(token.raw.trim()) ? <br /> : token.raw;
    case "checkbox":
      return null; // drawn with its list item
    case "text":
      if (token.tokens) return <Inline tokens={token.tokens} stressed={stressed} />;
      return stressed ? dotted(decode(token.text as string)) : breakable(decode(token.text as string));
    default:
      return breakable("text" in token ? decode(token.text as string) : token.raw);
  }
}

function dotted(text: string): ComponentChildren {
  const parts = text.split(HAN);
  if (parts.length < 2) return breakable(text);
  return parts.map((part, index) => (index % 2 ? <span class="dots">{part}</span> : breakable(part)));
}

function Link({ token, stressed }: { token: Tokens.Link; stressed?: boolean }) {
  const address = safeAddress(token.href);
  if (!address) return <Inline tokens={token.tokens} stressed={stressed} />;
  return (
    <a
      class={token.text === token.href ? "bare" : undefined}
      href={address}
      target="_blank"
      rel="noopener noreferrer nofollow"
      title={token.title ?? undefined}
    >
      <Inline tokens={unlinked(token.tokens)} stressed={stressed} />
    </a>
  );
}

/** An image of another host would tell it what was said here: it opens by a click only. See record 8. */
function Image({ token }: { token: Tokens.Image }) {
  const address = safeAddress(token.href);
  const text = decode(token.text);
  if (!address?.startsWith("http")) return <>{text}</>;
  const from = t().thread.image(new URL(address).host);
  return (
    <a class="image" href={address} target="_blank" rel="noopener noreferrer nofollow" title={t().thread.openImage}>
      <Icon name="image" />
      {text ? (
        <>
          {text} <small>{from}</small>
        </>
      ) : (
        from
      )}
    </a>
  );
}
