import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { SharePreview } from "../../api/schema";
import type { Share } from "../../api/types";
import { newest } from "../../browser/newest";
import { tell } from "../../ui/toasts";
import { changeShown, type Shown } from "./links";
import { FileChoice } from "./Preview";
import { text as texts } from "./texts";

interface Props {
  share: Share;
  /** What the conversation has that can be left out. */
  preview: SharePreview;
  onChange: (now: Share) => void;
}

/** What a link shows of that which can be left out; a change is seen by others at once. */
export function Shows({ share, preview: { has_reasoning, attachments }, onChange }: Props) {
  const text = texts();
  const asked = useSignal<Shown | null>(null);
  const { reasoning, without } = asked.value ?? share;
  const inTurn = useRef(newest());
  const change = async (what: Shown) => {
    asked.value = what;
    const now = await inTurn.current.ask(() => changeShown(share, what)).catch(tell);
    if (now) onChange(now);
    if (asked.peek() === what) asked.value = null;
  };
  const leave = (id: number, out: boolean) => {
    const others = without.filter((other) => other !== id);
    void change({ reasoning, without: out ? [...others, id] : others });
  };
  if (!has_reasoning && !attachments.length) return null;
  return (
    <details class="link-shows">
      <summary>{text.shows}</summary>
      <fieldset aria-busy={asked.value !== null} aria-label={text.showsOf(share.title)}>
        {has_reasoning && (
          <label class="share-check">
            <input
              type="checkbox"
              checked={reasoning}
              onChange={({ currentTarget: { checked } }) => void change({ reasoning: checked, without })}
            />
            <span>{text.reasoning}</span>
          </label>
        )}
        {attachments.map((file) => (
          <FileChoice
            key={file.id}
            file={file}
            shown={!without.includes(file.id)}
            onLeave={(out) => leave(file.id, out)}
          />
        ))}
      </fieldset>
    </details>
  );
}
