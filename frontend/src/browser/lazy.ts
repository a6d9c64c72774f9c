/** Parts of the page that load when they are first needed. */
import { type Signal, signal } from "@preact/signals";

/** A function that gives the module once it is there and undefined until then. */
export function lazy<T>(load: () => Promise<T>): () => T | undefined {
  const loaded: Signal<T | undefined> = signal(undefined);
  let loading = false;
  return () => {
    if (!loading) {
      loading = true;
      load().then(
        (module) => (loaded.value = module),
        () => (loading = false),
      );
    }
    return loaded.value;
  };
}
