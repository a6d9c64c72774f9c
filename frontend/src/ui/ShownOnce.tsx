import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { copyText } from "../browser/anywhere";
import { t } from "../i18n";
import { notify } from "./toasts";
import "./forms.css";

interface Props {
  label: string;
  value: string;
  /** Said under it: that it is seen here and never again. */
  note: string;
  copy: string;
  done: string;
  onDone: () => void;
}

/** Something that can be read here and never again, ready to be copied. */
export function ShownOnce({ label, value, note, copy, done, onDone }: Props) {
  const copied = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => button.current!.focus(), []);
  const take = () =>
    copyText(value).then(
      () => (copied.value = true),
      () => notify({ text: t().common.notCopied }),
    );
  return (
    <>
      <div class="field-box shown-once">
        <input
          readOnly
          dir="ltr"
          aria-label={label}
          value={value}
          onFocus={({ currentTarget }) => currentTarget.select()}
        />
      </div>
      <p class="note">{note}</p>
      <div class="form-buttons once-buttons">
        <button type="button" class="button" onClick={onDone}>
          {done}
        </button>
        <button type="button" ref={button} class="button primary" onClick={() => void take()}>
          {copied.value ? t().common.copied : copy}
        </button>
      </div>
      <p class="unseen" role="status">
        {copied.value && t().common.copied}
      </p>
    </>
  );
}
