import { t } from "../../i18n";
import { socket } from "./current";
import { cutOff } from "./cutOff";

/** Says that the connection is lost; nobody has to wait out the pauses between attempts. */
export function ConnectionNotice() {
  return (
    <div class="connection">
      <p class={cutOff.value ? "connection-lost" : undefined}>
        <span role="status">{cutOff.value && (navigator.onLine ? t().connection.lost : t().connection.offline)}</span>
        {cutOff.value && (
          <button class="link" onClick={() => socket.value?.tryNow()}>
            {t().connection.now}
          </button>
        )}
      </p>
    </div>
  );
}
