import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { api } from "../../api/client";
import { ApiError } from "../../api/http";
import type { FoundMessage, FoundTitle } from "../../api/types";

const PAUSE_MILLISECONDS = 200;
const PAGE = 20;

export interface Results {
  /** What was looked for. */
  query: string;
  messages: FoundMessage[];
  titles: FoundTitle[];
  cursor: string | null;
}

/**
 * What the server finds for a query, a while after it was typed. What was found for the one before stays
 * until then; a request that is overtaken is given up.
 */
export function useResults(query: string) {
  const found = useSignal<Results | null>(null);
  const busy = useSignal(false);
  const error = useSignal<unknown>(undefined);
  const again = useSignal(0);
  const current = useRef(new AbortController());

  const ask = async (cursor: string | undefined) => {
    const { signal } = current.current;
    busy.value = true;
    error.value = undefined;
    try {
      const page = await api("GET /search", { params: { q: query, limit: PAGE, cursor }, signal });
      if (signal.aborted) return;
      const before = cursor ? found.value : null;
      found.value = {
        query,
        messages: [...(before?.messages ?? []), ...page.results],
        titles: before?.titles ?? page.titles ?? [],
        cursor: page.cursor ?? null,
      };
    } catch (failure) {
      if (signal.aborted) return;
      if (isUnfit(failure)) found.value = { query, messages: [], titles: [], cursor: null };
      else error.value = failure;
    }
    busy.value = false;
  };
  useEffect(() => {
    current.current = new AbortController();
    busy.value = !!query;
    error.value = undefined;
    if (!query) found.value = null;
    const timer = query ? setTimeout(() => void ask(undefined), PAUSE_MILLISECONDS) : 0;
    return () => {
      clearTimeout(timer);
      current.current.abort();
    };
  }, [query, again.value]);
  const more = () => {
    const { cursor = null, query: of = "" } = found.value ?? {};
    if (cursor && of === query && !busy.value && error.value === undefined) void ask(cursor);
  };
  const retry = () => {
    error.value = undefined;
    if (found.value?.query === query) more();
    else again.value += 1;
  };
  useEffect(() => {
    const onOnline = () => error.value !== undefined && retry();
    addEventListener("online", onOnline);
    return () => removeEventListener("online", onOnline);
  });
  return { found: found.value, busy: busy.value, error: error.value, isOld: found.value?.query !== query, more, retry };
}

/** Nothing can be called so, such as a query of signs that are not to be seen. */
function isUnfit(failure: unknown): boolean {
  return failure instanceof ApiError && failure.status === 422;
}
