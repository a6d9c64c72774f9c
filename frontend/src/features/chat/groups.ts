import type { Message } from "../../api/types";

const SIZE = 16;

export interface Group {
  key: number;
  messages: Message[];
}

/** Messages in groups that stay the same when older ones come in front. */
export function groups(messages: Message[], firstIndex: number): Group[] {
  const made: Group[] = [];
  messages.forEach((message, offset) => {
    const key = Math.floor((firstIndex + offset) / SIZE);
    if (made.at(-1)?.key === key) made.at(-1)!.messages.push(message);
    else made.push({ key, messages: [message] });
  });
  return made;
}
