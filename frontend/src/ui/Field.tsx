import type { ComponentChildren, InputHTMLAttributes } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import "./forms.css";

/** Those of an input's attributes that the page uses. */
export interface FieldProps {
  label: string;
  value: string;
  onValue: (value: string) => void;
  type?: "text" | "email" | "password" | "url";
  autocomplete?: string;
  autofocus?: boolean;
  required?: boolean;
  minLength?: number;
  maxLength?: number;
  placeholder?: string;
  hint?: ComponentChildren;
  error?: ComponentChildren;
  /** Stands in the field, at its end. */
  end?: ComponentChildren;
  /** Opens under the field, over what is there. */
  popup?: ComponentChildren;
  /** What else the input has. */
  input?: InputHTMLAttributes<HTMLInputElement>;
}

/**
 * A labelled input; what is wrong with it stands under it and is read with it. The first of a form that
 * is wrong has the focus, and what is said about it is in view.
 */
export function Field({ label, hint, error, end, popup, input, onValue, ...rest }: FieldProps) {
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  /** What the browser found to be missing, said by the page and not in the browser's own bubble. */
  const [missing, setMissing] = useState<string>();
  const wrong = error ?? missing;
  const note = wrong ?? hint;
  const attributes = { ...rest, ...input } as InputHTMLAttributes<HTMLInputElement>;
  useLayoutEffect(() => {
    const field = box.current!.querySelector("input")!;
    if (!wrong || field.form?.querySelector("[aria-invalid]") !== field) return;
    field.focus();
    box.current!.scrollIntoView({ block: "nearest" });
  }, [!!wrong]);
  return (
    <div class="field" ref={box}>
      <label for={id}>{label}</label>
      <div class="field-box">
        <input
          {...attributes}
          id={id}
          onInput={(event) => {
            setMissing(undefined);
            onValue(event.currentTarget.value);
          }}
          onInvalid={(event) => {
            event.preventDefault();
            const { validity, minLength } = event.currentTarget;
            setMissing(validity.tooShort ? t().common.tooShort(minLength) : t().common.fillIn);
          }}
          aria-invalid={wrong ? true : undefined}
          aria-describedby={note ? `${id}-note` : undefined}
        />
        {end}
        {popup}
      </div>
      {note && (
        <p id={`${id}-note`} class={wrong ? "note bad" : "note"}>
          {note}
        </p>
      )}
    </div>
  );
}
