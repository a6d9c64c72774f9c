import { useSignal } from "@preact/signals";
import { copyText } from "../browser/anywhere";
import { t } from "../i18n";
import { IconButton } from "./IconButton";
import { notify } from "./toasts";

const SHOWN_MILLISECONDS = 1600;

export function CopyButton({ text, label }: { text: () => string; label: string }) {
  const copied = useSignal(false);
  const copy = async () => {
    try {
      await copyText(text());
    } catch {
      return notify({ text: t().common.notCopied });
    }
    copied.value = true;
    setTimeout(() => (copied.value = false), SHOWN_MILLISECONDS);
  };
  return (
    <IconButton
      icon={copied.value ? "check" : "copy"}
      label={copied.value ? t().common.copied : label}
      onClick={() => void copy()}
    />
  );
}
