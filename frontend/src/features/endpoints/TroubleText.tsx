import { CopyButton } from "../../ui/CopyButton";
import type { Trouble } from "./trouble";

/** A sentence, and the line to copy that helps, if one does. */
export function TroubleText({ trouble: { text, line } }: { trouble: Trouble }) {
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
