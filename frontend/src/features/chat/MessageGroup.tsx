import { Component, createRef, type RefObject } from "preact";
import type { Message } from "../../api/types";
import { watchNear } from "../../ui/watchNear";
import { Reply } from "./Reply";
import { UserMessage } from "./UserMessage";

const NEAR = "1800px";

interface Props {
  messages: Message[];
  lastId: number;
  busy: boolean;
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
    const { messages, lastId, busy } = this.props;
    if (state.height !== this.state.height || next.messages.length !== messages.length) return true;
    if (next.messages.some((message, index) => message !== messages[index])) return true;
    const holdsLast = next.messages.at(-1)!.id === next.lastId || messages.at(-1)!.id === lastId;
    return busy !== next.busy || (holdsLast && lastId !== next.lastId);
  }

  render({ messages, lastId, busy }: Props) {
    const height = this.blank();
    return (
      <div ref={this.box} data-group style={height ? { height: `${height}px` } : undefined}>
        {!height &&
          messages.map((message) =>
            message.sender === "user" ? (
              <UserMessage key={`said ${message.parent_id}`} message={message} busy={busy} />
            ) : (
              <Reply key={`reply ${message.parent_id}`} message={message} isLast={message.id === lastId} busy={busy} />
            ),
          )}
      </div>
    );
  }
}
