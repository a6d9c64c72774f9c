/** What can be chosen in the dialog: something to do, a conversation, or a message. */
import type { Conversation, FoundMessage, FoundTitle } from "../../api/types";
import type { Action } from "./actions";
import { marksIn, type Range } from "./snippet";
import type { Results } from "./useResults";

export type Option =
  | { kind: "action"; key: string; action: Action }
  | { kind: "title"; key: string; id: number; title: string; archived: boolean; marks: readonly Range[] }
  | { kind: "message"; key: string; result: FoundMessage };

/** Without a query the conversations used last are shown, with one those that bear its words in their titles. */
const MOST_LISTED = 50;
const MOST_TITLES = 8;

/**
 * In the order in which they stand. What is known here is there at once; what the server found comes after it, and
 * stays for a moment where it `isOld`: found for what was typed before.
 */
export function optionsFor(
  query: string,
  actions: Action[],
  known: readonly Conversation[],
  found: Results | null,
  isOld: boolean,
): Option[] {
  const isMeant = (name: string) => holdsWords(name, query);
  const listed = known.filter(({ title }) => isMeant(title)).slice(0, query ? MOST_TITLES : MOST_LISTED);
  const ids = new Set(listed.map(({ id }) => id));
  const isOther = ({ conversation_id: id, title }: FoundTitle) => !ids.has(id) && (!isOld || isMeant(title));
  const others = (found?.titles ?? []).filter(isOther);
  return [
    ...actions.filter(({ label }) => isMeant(label)).map(asAction),
    ...listed.map(({ id, title }) => asTitle({ id, title, archived: false, marks: marksIn(title, query) })),
    ...others.slice(0, MOST_TITLES - (query ? listed.length : 0)).map(asFound),
    ...(found?.messages ?? []).map(asMessage),
  ];
}

function holdsWords(name: string, query: string): boolean {
  const words = query.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return words.every((word) => name.toLocaleLowerCase().includes(word));
}

function asAction(action: Action): Option {
  return { kind: "action", key: action.icon, action };
}

function asTitle(title: Omit<Extract<Option, { kind: "title" }>, "kind" | "key">): Option {
  return { kind: "title", key: `c${title.id}`, ...title };
}

function asFound({ conversation_id: id, title, archived, ranges }: FoundTitle): Option {
  return asTitle({ id, title, archived, marks: ranges });
}

function asMessage(result: FoundMessage): Option {
  return { kind: "message", key: `m${result.message_id}`, result };
}
