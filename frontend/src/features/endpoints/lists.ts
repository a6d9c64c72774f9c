/** What connections offer: asked for again now and then, when somebody looks. */
import { signal } from "@preact/signals";
import { api } from "../../api/client";
import { store, stored } from "../../browser/storage";
import { explain, explainError } from "../../i18n";
import { loadModels, models } from "./models";

const GOOD_MILLISECONDS = 24 * 60 * 60 * 1000;

/** Lists are on their way that nobody has seen yet. */
export const listing = signal(false);

/** The server of one connection says anew what it has; what went wrong, for people. */
export async function refresh(id: number): Promise<string | undefined> {
  try {
    const { error } = await api("POST /connections/{id}/refresh", { params: { id }, slow: true });
    if (error) return explain(error);
    store(`listed:${id}`, String(Date.now()));
    return undefined;
  } catch (error) {
    return explainError(error);
  }
}

let renewing = false;

/** All lists that are old or were never asked for; what went wrong, a line for each connection. */
export async function refreshOld(): Promise<string[]> {
  if (renewing) return [];
  const own = new Map(models.peek()?.map(({ connection }) => [connection.id, connection.label]));
  const old = [...own].filter(([id]) => id !== null && isOld(id)) as [number, string][];
  if (!old.length) return [];
  renewing = true;
  listing.value = old.some(([id]) => stored(`listed:${id}`) === null);
  const told = await Promise.all(
    old.map(async ([id, label]) => {
      const problem = await refresh(id);
      return problem && `${label}: ${problem}`;
    }),
  );
  await loadModels();
  renewing = listing.value = false;
  return told.filter((problem) => problem !== undefined);
}

function isOld(id: number): boolean {
  return Date.now() - Number(stored(`listed:${id}`)) > GOOD_MILLISECONDS;
}
