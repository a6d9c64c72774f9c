import type { Message } from "../../api/types";
import { t } from "../../i18n";

/** Parameters that were set and not sent, for the model's server does not take them. */
export function LeftOut({ message: { left_out } }: { message: Message }) {
  const names = left_out?.filter(({ reason }) => reason !== "refused").map(({ name }) => name);
  return names?.length ? <span class="left-out">{t().thread.leftOut(names.join(", "))}</span> : null;
}
