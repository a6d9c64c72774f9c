import { t } from "../../i18n";

/** The shape of what is coming. */
export function ThreadSkeleton({ short = false }: { short?: boolean }) {
  const widths = short ? [92, 64] : [96, 88, 93, 54];
  return (
    <div class="thread-skeleton" aria-label={t().common.loading} role="img">
      {!short && <span class="skeleton question" />}
      {widths.map((width) => (
        <span key={width} class="skeleton" style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}
