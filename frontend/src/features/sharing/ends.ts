/** When a link ends: after so many days, or when it is ended. */
export type End = `${number}` | "never";

const DAYS = [7, 30, 90];
const DAY_MILLISECONDS = 86_400_000;

/** What can be chosen: with what the server gives by itself, where that is another. */
export function endsWith(usual: number): End[] {
  const days = [...new Set([...DAYS, usual])].sort((a, b) => a - b);
  return [...days.map((count): End => `${count}`), "never"];
}

/** For the server; null: never. */
export function timeOf(end: End, now: number): string | null {
  return end === "never" ? null : new Date(now + Number(end) * DAY_MILLISECONDS).toISOString();
}
