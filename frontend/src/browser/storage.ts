/**
 * Short texts that this browser keeps for the page. Where it keeps none (storage is blocked, or
 * full), they last as long as the tab.
 */
type BrowserKey = "theme" | "locale" | "sidebar" | typeof OWNER;
/** Its text is one person's: nobody else at this browser finds it. */
type PersonalKey = `${"draft" | "waiting" | "taken" | "listed"}:${number | "new"}`;

const PERSONAL = /^(draft|waiting|taken|listed):/;
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

/** Whether a reload finds every text again. */
export function allKept(): boolean {
  return unkept.size === 0;
}

/** Personal texts outlast a login that ran out, for the person who had it; before anybody else they go. */
export function claimPersonal(userId: number): void {
  const before = stored(OWNER);
  if (before !== null && before !== String(userId)) clearPersonal();
  store(OWNER, String(userId));
}

export function clearPersonal(): void {
  const keys = [...unkept.keys(), ...(tried(() => Object.keys(localStorage)) ?? [])];
  for (const key of keys) if (PERSONAL.test(key)) store(key as PersonalKey, null);
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
