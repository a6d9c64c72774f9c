import { t } from "../../i18n";

/** Stands where older messages would, and is as high as what stands there while they load. */
export function OlderFailed({ onRetry }: { onRetry: () => void }) {
  return (
    <div class="older-failed" role="status">
      <p>{t().thread.olderFailed}</p>
      <button class="button" onClick={onRetry}>
        {t().common.retry}
      </button>
    </div>
  );
}
