import { t } from "../i18n";

/** How a form that changes something ends: it is saved, or left as it was. */
export function FormButtons({ busy, onCancel }: { busy: boolean; onCancel: () => void }) {
  return (
    <div class="form-buttons">
      <button class="button primary" disabled={busy}>
        {t().common.save}
      </button>
      <button type="button" class="button" onClick={onCancel}>
        {t().common.cancel}
      </button>
    </div>
  );
}
