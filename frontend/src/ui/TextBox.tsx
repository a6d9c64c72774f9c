import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import "./forms.css";

interface Props {
  label: string;
  value: string;
  onValue: (value: string) => void;
  rows?: number;
  placeholder?: string;
  hint?: ComponentChildren;
  error?: ComponentChildren;
  /** For what a program reads. */
  code?: boolean;
  readOnly?: boolean;
  autofocus?: boolean;
  name?: string;
}

/** A labelled box of lines; what is wrong with it stands under it and is read with it. Ctrl Enter sends its form. */
export function TextBox({ label, value, onValue, rows = 4, hint, error, code, ...rest }: Props) {
  const id = useId();
  const note = error ?? hint;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="field-box">
        <textarea
          {...rest}
          id={id}
          class={code ? "code" : undefined}
          rows={rows}
          dir={code ? "ltr" : "auto"}
          spellcheck={!code}
          value={value}
          aria-invalid={error ? true : undefined}
          aria-describedby={note ? `${id}-note` : undefined}
          onInput={(event) => onValue(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.form?.requestSubmit();
          }}
        />
      </div>
      {note && (
        <p id={`${id}-note`} class={error ? "note bad" : "note"}>
          {note}
        </p>
      )}
    </div>
  );
}
