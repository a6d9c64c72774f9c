/**
 * Short texts that this browser keeps for the page. Where it keeps none (storage is blocked, or
 * full), they last as long as the tab.
 */
const unkept = new Map<string, string>();

export function stored(key: string): string | null {
  return unkept.get(key) ?? tried(() => localStorage.getItem(key)) ?? null;
}

/** Null removes it. */
export function store(key: string, text: string | null): void {
  unkept.delete(key);
  if (text === null) tried(() => localStorage.removeItem(key));
  else if (!tried(() => (localStorage.setItem(key, text), true))) unkept.set(key, text);
}

export function storedKeys(): string[] {
  return [...unkept.keys(), ...(tried(() => Object.keys(localStorage)) ?? [])];
}

/** Undefined where the browser refuses. */
function tried<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
