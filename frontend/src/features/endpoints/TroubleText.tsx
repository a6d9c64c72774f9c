import { CopyButton } from "../../ui/CopyButton";
import { text as texts } from "./texts";
import type { Trouble } from "./trouble";

/** A sentence, and what helps, if anything does: a line to copy, or another address. */
export function TroubleText({ trouble, onUse }: { trouble: Trouble; onUse?: (address: string) => void }) {
  const { text, line, use } = trouble;
  if (use && onUse)
    return (
      <span>
        {text}{" "}
        <button type="button" class="link" onClick={() => onUse(use)}>
          {texts().use}
        </button>
      </span>
    );
  if (!line) return <span>{text}</span>;
  return (
    <span>
      {text}
      <span class="line-to-copy">
        <code>{line.text}</code>
        <CopyButton text={() => line.text} label={line.label} />
      </span>
      {line.after}
    </span>
  );
}
