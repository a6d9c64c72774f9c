import { useSignal } from "@preact/signals";
import { t } from "../../i18n";
import { Markdown } from "../../markdown/Markdown";

/** What the model thought, folded away. */
export function Reasoning({ text, running }: { text: string; running: boolean }) {
  const open = useSignal(false);
  return (
    <details class="reasoning" open={open.value} onToggle={(event) => (open.value = event.currentTarget.open)}>
      <summary class={running ? "running" : undefined}>{running ? t().thread.thinking : t().thread.thought}</summary>
      {open.value && <Markdown text={text} streaming={running} />}
    </details>
  );
}
