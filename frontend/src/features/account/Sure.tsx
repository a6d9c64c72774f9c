import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../../i18n";
import { Problem } from "../../ui/Problem";
import { useAction } from "../../ui/useAction";

interface Props {
  lead: string;
  label: string;
  work: () => Promise<void>;
  /** Once it is done, or left. */
  onEnd: () => void;
  isBad?: boolean;
}

/** Asked in its place, before something goes that does not come back. */
export function Sure({ lead, label, work, onEnd, isBad }: Props) {
  const { busy, error, run } = useAction();
  const id = useId();
  const cancel = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => cancel.current!.focus(), []); // the same key twice does nothing
  const act = async () => {
    if (await run(work)) onEnd();
  };
  return (
    <div class="factor" role="group" aria-label={label} aria-describedby={id}>
      <p id={id}>{lead}</p>
      <Problem text={error.value?.text} />
      <div class="form-buttons">
        <button type="button" class="button" ref={cancel} onClick={onEnd}>
          {t().common.cancel}
        </button>
        <button
          type="button"
          class={isBad ? "button danger" : "button primary"}
          disabled={busy.value}
          onClick={() => void act()}
        >
          {label}
        </button>
      </div>
    </div>
  );
}
