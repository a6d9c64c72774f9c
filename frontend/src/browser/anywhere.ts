/**
 * What browsers give only to pages that came by https or from this machine, for all others too:
 * many a server at home is plain http.
 */

/** Runs alone among all tabs, where the browser can see to that. */
export function alone<T>(name: string, work: () => T | Promise<T>): Promise<T> {
  // Without locks two tabs may renew at once: the server answers both with the same next token.
  return navigator.locks ? navigator.locks.request(name, work) : Promise.resolve(work());
}

export function uniqueId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Throws where the browser allows it in no way. */
export async function copyText(text: string): Promise<void> {
  try {
    return await navigator.clipboard.writeText(text);
  } catch {
    copySelected(text); // there is no clipboard here, or it was denied
  }
}

function copySelected(text: string): void {
  const focused = document.activeElement as HTMLElement | null;
  const box = document.createElement("textarea");
  box.value = text;
  box.style.position = "fixed"; // in sight: nothing scrolls to it
  box.style.opacity = "0";
  document.body.append(box);
  box.select();
  const done = document.execCommand("copy"); // old, and the only other way
  box.remove();
  focused?.focus({ preventScroll: true });
  if (!done) throw new Error("The browser does not let the page copy");
}
