/** A lexer that leaves as text what is nested deeper than people nest. */
import { Lexer, type Token, type TokensList } from "marked";

/** A model that repeats itself may write thousands of `>` in a row: neither lexer nor page go down with it. */
const DEEPEST = 12;

export class ShallowLexer extends Lexer {
  private depth = 0;

  override blockTokens(source: string, tokens: Token[] = [], clipped = false): TokensList {
    if (this.depth < DEEPEST) return this.deeper(() => super.blockTokens(source, tokens, clipped)) as TokensList;
    if (source) tokens.push({ type: "text", raw: source, text: source, tokens: this.inline(source) });
    this.state.top = true; // as it is after any other block
    return tokens as TokensList;
  }

  override inlineTokens(source: string, tokens: Token[] = []): Token[] {
    if (this.depth < DEEPEST) return this.deeper(() => super.inlineTokens(source, tokens));
    tokens.push({ type: "text", raw: source, text: source });
    return tokens;
  }

  private deeper<T>(read: () => T): T {
    this.depth++;
    try {
      return read();
    } finally {
      this.depth--;
    }
  }
}
