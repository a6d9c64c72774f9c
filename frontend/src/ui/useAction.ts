import { useSignal } from "@preact/signals";
import { ApiError, Cancelled } from "../api/http";
import { explainError } from "../i18n";

/** Something that takes a while and may fail: whether it runs, and what went wrong, for people: nothing is said where they cancelled it. */
export function useAction() {
  const busy = useSignal(false);
  const error = useSignal<{ code: string; text: string; fields: ApiError["fields"] } | null>(null);
  async function run(work: () => Promise<unknown>): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    error.value = null;
    try {
      await work();
      return true;
    } catch (failure) {
      const { code, fields } = failure instanceof ApiError ? failure : { code: "", fields: [] };
      const isCancelled = failure instanceof Cancelled;
      error.value = { code, text: isCancelled ? "" : explainError(failure), fields };
      await undefined; // until then the page shows again what is, whatever was pressed
      if (isCancelled) error.value = null;
      return false;
    } finally {
      busy.value = false;
    }
  }
  return { busy, error, run };
}
