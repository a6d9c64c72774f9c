/**
 * Short texts that this browser keeps for the page. Where it keeps none (storage is blocked, or
 * full), they last as long as the tab.
 */
type BrowserKey = "theme" | "locale" | "sidebar" | "banner" | typeof OWNER;
/** Its text is one person's: nobody else at this browser finds it. */
export type PersonalKey =
  | `${"draft" | "files" | "waiting" | "taken" | "listed"}:${number | "new"}`
  | "open:lists"
  | "open:import";

const PERSONAL = /^(draft|files|waiting|taken|listed|open):/;
/** The database of what is too large for here; see bytes.ts. */
export const BYTES = "bytes";
const OWNER = "drafts-of";

const unkept = new Map<string, string>();

export function stored(key: BrowserKey | PersonalKey): string | null {
  return unkept.get(key) ?? tried(() => localStorage.getItem(key)) ?? null;
}

/** Null removes it. */
export function store(key: BrowserKey | PersonalKey, text: string | null): void {
  unkept.delete(key);
  if (text === null) tried(() => localStorage.removeItem(key));
  else if (!isKept(key, text)) unkept.set(key, text);
}

/** Bytes that this browser has not taken yet, or does not take, by name. */
export const unkeptBytes = new Map<string, Blob>();

/** Whether a reload finds everything again. */
export function allKept(): boolean {
  return unkept.size + unkeptBytes.size === 0;
}

/** Personal texts outlast a login that ran out, for the person who had it; before anybody else they go. */
export function claimPersonal(userId: number): void {
  const before = stored(OWNER);
  if (before !== null && before !== String(userId)) clearPersonal();
  store(OWNER, String(userId));
}

export function clearPersonal(): void {
  for (const key of personalKeys()) store(key, null);
  unkeptBytes.clear();
  tried(() => indexedDB.deleteDatabase(BYTES));
}

export function personalKeys(): PersonalKey[] {
  const keys = [...unkept.keys(), ...(tried(() => Object.keys(localStorage)) ?? [])];
  return keys.filter((key): key is PersonalKey => PERSONAL.test(key));
}

function isKept(key: string, text: string): boolean | undefined {
  return tried(() => {
    localStorage.setItem(key, text);
    return true;
  });
}

/** Undefined where the browser refuses. */
function tried<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
