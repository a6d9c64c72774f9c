import type { Token, Tokens } from "marked";
import type { ComponentChildren } from "preact";
import { t } from "../i18n";
import { Icon } from "../ui/Icon";
import { Formula } from "./Formula";
import { decode, safeAddress, unlinked } from "./links";

export function Inline({ tokens }: { tokens: Token[] | undefined }) {
  return (
    <>
      {tokens?.map((token, index) => (
        <One key={index} token={token} />
      ))}
    </>
  );
}

function One({ token }: { token: Token }): ComponentChildren {
  switch (token.type) {
    case "strong":
      return (
        <strong>
          <Inline tokens={token.tokens} />
        </strong>
      );
    case "em":
      return (
        <em>
          <Inline tokens={token.tokens} />
        </em>
      );
    case "del":
      return (
        <del>
          <Inline tokens={token.tokens} />
        </del>
      );
    case "codespan":
      return <code>{token.text as string}</code>;
    case "br":
      return <br />;
    case "link":
      return <Link token={token as Tokens.Link} />;
    case "image":
      return <Image token={token as Tokens.Image} />;
    case "formula":
      return <Formula tex={token.text as string} display={token.display as boolean} />;
    case "html":
      return /^<br\s*\/?>$/i.test(token.raw.trim()) ? <br /> : token.raw;
    case "checkbox":
      return null; // drawn with its list item
    case "text":
      return token.tokens ? <Inline tokens={token.tokens} /> : decode(token.text as string);
    default:
      return "text" in token ? decode(token.text as string) : token.raw;
  }
}

function Link({ token }: { token: Tokens.Link }) {
  const address = safeAddress(token.href);
  if (!address) return <Inline tokens={token.tokens} />;
  return (
    <a href={address} target="_blank" rel="noopener noreferrer nofollow" title={token.title ?? undefined}>
      <Inline tokens={unlinked(token.tokens)} />
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
