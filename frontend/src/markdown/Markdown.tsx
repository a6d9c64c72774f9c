import { Component } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { Blocks } from "./Block";
import { type Lexed, lexAll, lexOn } from "./lex";
import { mend } from "./mend";
import { Plain } from "./Plain";
import "./prose.css";
import "./code.css";

interface Props {
  text: string;
  streaming: boolean;
}

interface State {
  /** What could not be drawn. */
  failed?: string;
}

/** A model's text; as it was written, where drawing it fails: nothing else on the page suffers from that. */
export class Markdown extends Component<Props, State> {
  state: State = {};

  componentDidCatch(): void {
    this.setState({ failed: this.props.text });
  }

  render({ text, streaming }: Props, { failed }: State) {
    const plain = failed !== undefined && text.startsWith(failed); // not again for each piece that comes
    if (plain) return <Plain text={text} />;
    return (
      <div class="prose">
        <Drawn text={text} streaming={streaming} />
      </div>
    );
  }
}

/** Everything is built from tokens: no markup of the model's reaches the page. */
function Drawn({ text, streaming }: Props) {
  const before = useRef<Lexed | undefined>(undefined);
  const { tokens, links } = useMemo(() => {
    before.current = streaming ? lexOn(before.current, mend(text)) : lexAll(before.current, text);
    return before.current;
  }, [text, streaming]);
  return <Blocks tokens={tokens} links={links} />;
}
