/**
 * What a phone's Back closes before it leaves the page: sheets, menus, the sidebar over it. On a narrow
 * page one entry of the browser's history stands for all of them; it goes with the last, or becomes
 * the entry of the page that one of them led to, so that none is left behind.
 */
import { isWide } from "./preferences";

/** What each does that is open, the uppermost last. */
const open: (() => void)[] = [];
/** The way back from an entry that nothing stands behind; what is written meanwhile comes after it. */
let leaving = false;
const afterwards: (() => void)[] = [];

/** Until the answer is called, Back closes this instead of leading anywhere. */
export function closedByBack(onClose: () => void): () => void {
  const watcher = watch(onClose);
  if (!isWide()) open.push(onClose);
  enter();
  return () => {
    watcher?.destroy();
    const at = open.lastIndexOf(onClose);
    if (at >= 0) open.splice(at, 1);
    setTimeout(settle); // what it led to has its place by then
  };
}

/** A page in the browser's history, in the place of what is open over the one before. */
export function write(path: string, state: object, replace: boolean): void {
  if (leaving) afterwards.push(() => history[replace ? "replaceState" : "pushState"](state, "", path));
  else history[replace || isOurs() ? "replaceState" : "pushState"](state, "", path);
}

/** Before each hearing of the browser's Back and Forward: true where the page stays the one it is. */
export function heardBack(path: string): boolean {
  if (leaving) {
    leaving = false;
    for (const each of afterwards.splice(0)) each();
    enter();
    return true;
  }
  setTimeout(settle);
  if (!open.length) return false;
  if (location.pathname === path) {
    open.at(-1)!();
    return true;
  }
  for (const close of [...open].reverse()) close();
  return false;
}

/** To another document, in the place of this one; a way back on the way would end that. */
export function replacePage(address: string): void {
  leaving = true;
  location.replace(address);
}

/** An entry that is met again, as after a reload, has nothing behind it any more. */
export function settle(): void {
  if (open.length) enter();
  else if (isOurs() && !leaving) {
    leaving = true;
    history.back();
  }
}

function enter(): void {
  if (open.length && !leaving && !isOurs()) history.pushState({ ...history.state, layer: true }, "");
}

function isOurs(): boolean {
  return !!history.state?.layer;
}

interface Watcher {
  onclose: () => void;
  destroy: () => void;
}

/** Where the browser lets pages hear of the gesture itself. */
function watch(onClose: () => void): Watcher | undefined {
  const Known = (globalThis as { CloseWatcher?: new () => Watcher }).CloseWatcher;
  if (!Known) return undefined;
  const watcher = new Known();
  watcher.onclose = onClose;
  return watcher;
}
