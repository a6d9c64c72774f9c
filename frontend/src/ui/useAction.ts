import { useSignal } from "@preact/signals";
import { ApiError } from "../api/http";
import { explainError } from "../i18n";

/** Something that takes a while and may fail: whether it runs, and what went wrong, for people. */
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
      error.value = { code, text: explainError(failure), fields };
      return false;
    } finally {
      busy.value = false;
    }
  }
  return { busy, error, run };
}
