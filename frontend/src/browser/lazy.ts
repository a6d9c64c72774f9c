/** Parts of the page that load when they are first needed. */
import { type Signal, signal } from "@preact/signals";
import { allKept } from "./storage";

/** Gives the module once it is there, and undefined until then. */
export interface Lazy<T> {
  (): T | undefined;
  /** Loads it ahead, for what is likely to be asked for. */
  warm(): void;
  /** Asks for nothing. */
  isThere(): boolean;
}

/** A part that somebody asked for did not come: the server has no such file, or was not reached. */
export const missing = signal<"gone" | "unreached" | null>(null);

/** For what the page can do without: where it does not come, nobody is told. */
export function lazy<T>(load: () => Promise<T>, onMissing?: () => void): Lazy<T> {
  const loaded: Signal<T | undefined> = signal(undefined);
  let loading = false;
  let asked = false;
  const begin = () => {
    if (loading) return;
    loading = true;
    load().then(
      (module) => (loaded.value = module),
      () => {
        loading = false;
        if (asked) onMissing?.();
        asked = false;
      },
    );
  };
  const get = () => {
    if (!loaded.value) asked = true;
    begin();
    return loaded.value;
  };
  return Object.assign(get, { warm: begin, isThere: () => loaded.peek() !== undefined });
}

/**
 * For what somebody asks for. A server that was upgraded has its files under other names: then the
 * page loads anew, once at an address and only where nothing typed would be lost by it. Everything
 * else is said in `missing`.
 */
export function part<T>(load: () => Promise<T>): Lazy<T> {
  return lazy(load, () => void recover());
}

async function recover(): Promise<void> {
  const upgraded = await isUpgraded().catch(() => undefined);
  if (upgraded && !history.state?.reloaded && !losesWords()) {
    history.replaceState({ ...history.state, reloaded: true }, "");
    location.reload();
  } else missing.value = upgraded === undefined ? "unreached" : "gone";
}

/** Whether the server's page begins with another script by now. Throws where it cannot be reached. */
async function isUpgraded(): Promise<boolean> {
  const mine = document.querySelector('script[type="module"]')!.getAttribute("src")!;
  const page = await fetch("/", { cache: "no-store" });
  return !(await page.text()).includes(mine);
}

/** Whether something was typed that is stored nowhere. The composer's words are, in most browsers. */
function losesWords(): boolean {
  const fields = document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>("input, textarea");
  const isUnsaved = (field: HTMLInputElement | HTMLTextAreaElement) =>
    field.value !== field.defaultValue && field.type !== "radio" && !field.closest(".composer");
  return !allKept() || [...fields].some(isUnsaved);
}
