import { t } from "../i18n";
import { IconButton } from "./IconButton";
import { dismiss, toast } from "./toasts";

export function Toast() {
  const notice = toast.value;
  return (
    <div class="toast-area" role="status">
      {notice && (
        <div class="toast">
          <span>{notice.text}</span>
          {notice.action && (
            <button class="link" onClick={notice.action.run}>
              {notice.action.label}
            </button>
          )}
          <IconButton icon="close" label={t().common.close} onClick={dismiss} />
        </div>
      )}
    </div>
  );
}
