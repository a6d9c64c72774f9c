import { t } from "../../i18n";
import { Problem } from "../../ui/Problem";

/** Something could not be loaded, and can be asked for again. */
export function Failed({ text, onRetry }: { text: string; onRetry: () => void }) {
  return (
    <div class="admin-failed">
      <Problem text={text} />
      <button class="button" onClick={onRetry}>
        {t().common.retry}
      </button>
    </div>
  );
}
