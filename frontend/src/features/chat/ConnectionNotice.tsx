import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { t } from "../../i18n";
import { socket } from "./current";

/** Says that the connection is lost, where it lasts longer than a blink. */
const PATIENCE_MILLISECONDS = 700;

export function ConnectionNotice() {
  const lost = socket.value?.connection.value === "lost";
  const shown = useSignal(false);
  useEffect(() => {
    if (!lost) {
      shown.value = false;
      return;
    }
    const timer = setTimeout(() => (shown.value = true), PATIENCE_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [lost]);
  return (
    <div class="connection" role="status">
      {shown.value && <span>{navigator.onLine ? t().connection.lost : t().connection.offline}</span>}
    </div>
  );
}
