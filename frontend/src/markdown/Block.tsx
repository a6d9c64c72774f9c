import type { Links, Token, Tokens } from "marked";
import { Component } from "preact";
import { t } from "../i18n";
import { CodeBlock } from "./CodeBlock";
import { directionOf } from "./direction";
import { Formula } from "./Formula";
import { Inline } from "./Inline";
import { Footnote } from "./notes";
import { Sideways } from "./Sideways";

const LONG_CHARACTERS = 12;

interface Props {
  token: Token;
  /** Where references lead. */
  links: Links;
}

/** One block of Markdown; drawn again only when its source has changed, or where its references lead. */
export class Block extends Component<Props> {
  shouldComponentUpdate({ token, links }: Props): boolean {
    const before = this.props;
    if (token.raw !== before.token.raw || token.type !== before.token.type) return true;
    return links !== before.links && token.raw.includes("[");
  }

  render({ token, links }: Props) {
    switch (token.type) {
      case "heading": // one level below the message's own, whatever the model began with
        return (
          <h3 class={`h${(token as Tokens.Heading).depth}`}>
            <Inline tokens={token.tokens} />
          </h3>
        );
      case "paragraph":
        return (
          <p>
            <Inline tokens={token.tokens} />
          </p>
        );
      case "code":
        return <CodeBlock text={token.text as string} language={languageOf(token as Tokens.Code)} />;
      case "blockquote":
        return (
          <blockquote dir={directionOf(token.raw)}>
            <Blocks tokens={token.tokens!} links={links} />
          </blockquote>
        );
      case "list":
        return <List token={token as Tokens.List} links={links} />;
      case "table":
        return <Table token={token as Tokens.Table} />;
      case "hr":
        return <hr />;
      case "formula":
        return <Formula tex={token.text as string} display />;
      case "html":
        return <p class="literal">{token.raw.replace(/<br *\/?>/g, "\n").trimEnd()}</p>;
      case "details":
        return (
          <details open={token.open as boolean}>
            <summary>
              {token.summary.length ? <Inline tokens={token.summary as Token[]} /> : t().thread.details}
            </summary>
            <Blocks tokens={token.tokens!} links={links} />
          </details>
        );
      case "footnote":
        return (
          <Footnote id={token.id as string}>
            <Blocks tokens={token.tokens!} links={links} />
          </Footnote>
        );
      default:
        return <Inline tokens={[token]} />;
    }
  }
}

export function Blocks({ tokens, links }: { tokens: Token[]; links: Links }) {
  const shown = tokens.filter((token) => token.type !== "space" && token.type !== "def");
  return (
    <>
      {shown.map((token, index) => (
        <Block key={index} token={token} links={links} />
      ))}
    </>
  );
}

function languageOf(token: Tokens.Code): string {
  return /^[\w+#.-]+/.exec(token.lang ?? "")?.[0] ?? "";
}

function List({ token, links }: { token: Tokens.List; links: Links }) {
  const items = token.items.map((item, index) => (
    <li key={index} class={item.task ? "task" : undefined}>
      {item.task && <input type="checkbox" checked={item.checked} disabled aria-label={item.text} />}
      <Blocks tokens={item.tokens} links={links} />
    </li>
  ));
  if (!token.ordered) return <ul dir={directionOf(token.raw)}>{items}</ul>;
  return (
    <ol dir={directionOf(token.raw)} start={Number(token.start)}>
      {items}
    </ol>
  );
}

function Table({ token }: { token: Tokens.Table }) {
  return (
    <Sideways class="table" label={t().thread.table} dir={directionOf(token.raw)}>
      <table>
        <thead>
          <tr>
            {token.header.map((cell, i) => (
              <th key={i} class={kinds(cell)}>
                <Inline tokens={cell.tokens} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {token.rows.map((row, i) => (
            <tr key={i}>
              {row.map((cell, j) => (
                <td key={j} class={kinds(cell)}>
                  <Inline tokens={cell.tokens} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Sideways>
  );
}

/** A long text gets some room: Chinese, which breaks anywhere, would be set in columns of one character. */
function kinds({ align, text }: Tokens.TableCell): string {
  return [align, text.length > LONG_CHARACTERS && "long"].filter(Boolean).join(" ");
}
