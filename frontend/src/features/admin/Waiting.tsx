import { t } from "../../i18n";

/** Rows that are on their way. */
export function Waiting({ rows = 3 }: { rows?: number }) {
  return (
    <div class="admin-waiting" role="status" aria-label={t().common.loading}>
      {Array.from({ length: rows }, (_, row) => (
        <span key={row} class="skeleton row-skeleton" />
      ))}
    </div>
  );
}
