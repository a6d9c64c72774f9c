import type { FoundMessage } from "../../api/types";
import { thread } from "../chat/current";
import { mark } from "../chat/mark";
import type { OnReached } from "../chat/sought";
import { stretchOf } from "../chat/thread";
import { rangeIn } from "./drawn";

/** Marks a message that was found, and in it what was looked for, as far as the snippet tells. */
export function markFound({ message_id, snippet_start, ranges }: FoundMessage): OnReached {
  return (box, article) => {
    const source = stretchOf(thread.peek()).messages.find(({ id }) => id === message_id)?.content ?? "";
    const places = ranges.map((range) => range.map((at) => snippet_start + at));
    const found = places.map((place) => rangeIn(article, source, place));
    mark(
      box,
      article,
      found.filter((range) => range !== undefined),
    );
  };
}
