import { t } from "../../i18n";

/** Stands where messages would, and is as high as what stands there while they load. */
export function LoadFailed({ text, onRetry }: { text: string; onRetry: () => void }) {
  return (
    <div class="load-failed" role="status">
      <p>{text}</p>
      <button class="button" onClick={onRetry}>
        {t().common.retry}
      </button>
    </div>
  );
}
