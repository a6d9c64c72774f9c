import { useSignal } from "@preact/signals";
import { t } from "../../i18n";
import { ModelText } from "./ModelText";
import { printing } from "./printing";

/** What the model thought, folded away. */
export function Reasoning({ text, running }: { text: string; running: boolean }) {
  const open = useSignal(false);
  const shown = open.value || printing.value;
  return (
    <details class="reasoning" open={shown} onToggle={(event) => (open.value = event.currentTarget.open)}>
      <summary class={running ? "running" : undefined}>{running ? t().thread.thinking : t().thread.thought}</summary>
      {shown && <ModelText text={text} streaming={running} />}
    </details>
  );
}
