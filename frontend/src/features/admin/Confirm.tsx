import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../../i18n";
import { Problem } from "../../ui/Problem";
import { useWork } from "./calls";

interface Props {
  /** What it is about, for who does not see where it stands. */
  label: string;
  /** What comes of it. */
  lead: string;
  /** What the button says that does it. */
  sure: string;
  work: () => Promise<unknown>;
  onCancel: () => void;
}

/** Asks in its place before something goes that does not come back at once. */
export function Confirm({ label, lead, sure, work, onCancel }: Props) {
  const { busy, error, run } = useWork();
  const id = useId();
  const cancel = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => cancel.current!.focus(), []); // the same key twice does nothing
  return (
    <div class="admin-confirm" role="group" aria-label={label} aria-describedby={id}>
      <p id={id}>{lead}</p>
      <Problem text={error.value?.text} />
      <div class="form-buttons">
        <button type="button" class="button danger" disabled={busy.value} onClick={() => void run(work)}>
          {sure}
        </button>
        <button type="button" ref={cancel} class="button" onClick={onCancel}>
          {t().common.cancel}
        </button>
      </div>
    </div>
  );
}
