import type { Message } from "../../api/types";
import { explainError, t } from "../../i18n";
import { IconButton } from "../../ui/IconButton";
import { notify } from "../../ui/toasts";
import { showVersion } from "./live";

/** ‹ 2 / 3 › where a message has more than one version. */
export function Versions({ message, disabled }: { message: Message; disabled: boolean }) {
  if (message.versions < 2) return null;
  const go = (step: number) =>
    void showVersion(message, step).catch((error: unknown) => notify({ text: explainError(error) }));
  return (
    <span class="versions">
      <IconButton
        icon="left"
        label={t().thread.previous}
        disabled={disabled || message.version <= 1}
        onClick={() => go(-1)}
      />
      <span>{t().thread.version(message.version, message.versions)}</span>
      <IconButton
        icon="right"
        label={t().thread.next}
        disabled={disabled || message.version >= message.versions}
        onClick={() => go(1)}
      />
    </span>
  );
}
