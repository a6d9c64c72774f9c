/** The list's first page, read again and put together with what is known of the list. */
import type { Conversation } from "../../api/types";

interface Merged {
  items: Conversation[];
  /** Older ones may lie between the page and what was known, so that the rest is to be read anew. */
  gap: boolean;
}

/**
 * `before` is what was known when the page was asked for and `now` when it came: what happened here
 * in between is newer than the page. A page that is not full is the whole list. `anew`: whatever lies
 * below the page may be another, as where the page ends with one that was not known.
 */
export function mergeFirstPage(
  before: Conversation[],
  now: Conversation[],
  page: Conversation[],
  isFull: boolean,
  anew = false,
): Merged {
  const known = new Map(before.map((item) => [item.id, item]));
  const here = new Map(now.map((item) => [item.id, item]));
  const isOnPage = new Set(page.map((item) => item.id));
  const end = isFull ? page.at(-1)!.updated_at : "";
  const gap = isFull && (anew || !known.has(page.at(-1)!.id) || before.every((item) => item.updated_at < end));
  const isUntouched = ({ id, updated_at }: Conversation) => known.get(id)?.updated_at === updated_at;
  const wasDeleted = (item: Conversation) => isUntouched(item) && (gap || item.updated_at > end);

  const found = page.filter(({ id }) => here.has(id) || !known.has(id));
  const newest = found.map((item) => {
    const mine = here.get(item.id);
    return mine && !isUntouched(mine) ? { ...mine, title: item.title } : item;
  });
  const kept = now.filter((item) => !isOnPage.has(item.id) && !wasDeleted(item));
  return { items: [...newest, ...kept].sort(byUse), gap };
}

export function byUse(a: Conversation, b: Conversation): number {
  return b.updated_at.localeCompare(a.updated_at) || b.id - a.id;
}
