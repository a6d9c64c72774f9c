/**
 * Which title of a conversation is the newest. Titles come by hand, by event and by answer; an
 * answer is as old as its request, so what was heard after that was sent is newer.
 */
let moments = 0;
const newest = new Map<number, { title: string; moment: number }>();

/** Taken when a request is sent, and told with the title that its answer brings. */
export function moment(): number {
  return ++moments;
}

/** The title to show, now that the conversation was said to be called so at that moment. */
export function newestTitle(id: number, title: string, at = moment()): string {
  const known = newest.get(id);
  if (known && known.moment > at) return known.title;
  newest.set(id, { title, moment: at });
  return title;
}
