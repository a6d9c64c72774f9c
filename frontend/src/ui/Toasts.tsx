import { t } from "../i18n";
import { IconButton } from "./IconButton";
import { dialogs } from "./layers";
import { dismiss, toasts } from "./toasts";

/** The notices, in the uppermost dialog where one is open: nothing else can be reached then. */
export function Toasts({ within }: { within?: string }) {
  const isHere = dialogs.value.at(-1) === within;
  return (
    <div class="toast-area" role="status">
      {isHere &&
        toasts.value.map((toast) => (
          <div key={toast.key} class="toast">
            <span>{toast.text}</span>
            {[toast.also, toast.action].map(
              (action) =>
                action && (
                  <button key={action.label} class="link" onClick={action.run}>
                    {action.label}
                  </button>
                ),
            )}
            <IconButton icon="close" label={t().common.close} onClick={() => dismiss(toast)} />
          </div>
        ))}
    </div>
  );
}
