import { Component, createRef, Fragment, type RefObject } from "preact";
import type { Message } from "../../api/types";
import { watchNear } from "../../ui/watchNear";
import { Day } from "./Day";
import { Reply } from "./Reply";
import { beginsDay } from "./times";
import { UserMessage } from "./UserMessage";

const NEAR = "1800px";

interface Props {
  messages: Message[];
  /** When the message before the first was sent; null: there is none, undefined: it is not loaded. */
  before: string | null | undefined;
  lastId: number;
  busy: boolean;
  /** Draw what is out of sight as well. */
  whole: boolean;
  root: RefObject<HTMLDivElement | null>;
}

interface State {
  /** The height that was measured before the group went far out of sight; 0: it is drawn. */
  height: number;
  /** How many messages were measured: the height is not that of more. */
  count: number;
}

/** Some messages in a row. Far from what is seen they are a blank of the same height. */
export class MessageGroup extends Component<Props, State> {
  state: State = { height: 0, count: 0 };
  private readonly box = createRef<HTMLDivElement>();
  private unwatch?: () => void;

  componentDidMount(): void {
    const watch = (isNear: boolean, box: DOMRectReadOnly) => {
      const height = isNear || this.isEdited() ? 0 : this.blank() || box.height;
      this.setState({ height, count: this.props.messages.length });
    };
    this.unwatch = watchNear(this.box.current!, this.props.root.current, NEAR, watch);
  }

  componentWillUnmount(): void {
    this.unwatch?.();
  }

  /** Somebody writes here, and would lose it. */
  private isEdited(): boolean {
    return this.box.current!.querySelector(".edit") !== null;
  }

  /** The height to leave blank; 0: draw. */
  private blank({ height, count } = this.state, { messages } = this.props): number {
    return count === messages.length ? height : 0;
  }

  shouldComponentUpdate(next: Props, state: State): boolean {
    const { messages, before, lastId, busy, whole } = this.props;
    if (next.before !== before || next.whole !== whole) return true;
    if (state.height !== this.state.height || next.messages.length !== messages.length) return true;
    if (next.messages.some((message, index) => message !== messages[index])) return true;
    const holdsLast = next.messages.at(-1)!.id === next.lastId || messages.at(-1)!.id === lastId;
    return busy !== next.busy || (holdsLast && lastId !== next.lastId);
  }

  render({ messages, before, lastId, busy, whole }: Props) {
    const height = whole ? 0 : this.blank();
    const earlier = [before, ...messages.map(({ timestamp }) => timestamp)];
    return (
      <div ref={this.box} data-group style={height ? { height: `${height}px` } : undefined}>
        {!height &&
          messages.map((message, index) => (
            <Fragment key={`${message.sender} ${message.parent_id}`}>
              {beginsDay(message.timestamp, earlier[index]) && <Day at={message.timestamp} />}
              {message.sender === "user" ? (
                <UserMessage message={message} isLast={message.id === lastId && !busy} busy={busy} />
              ) : (
                <Reply message={message} isLast={message.id === lastId} busy={busy} />
              )}
            </Fragment>
          ))}
      </div>
    );
  }
}
