import type { ComponentChildren, InputHTMLAttributes } from "preact";
import { useId } from "preact/hooks";
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

/** A labelled input; what is wrong with it stands under it and is read with it. */
export function Field({ label, hint, error, end, popup, input, onValue, ...rest }: FieldProps) {
  const id = useId();
  const note = error ?? hint;
  const attributes = { ...rest, ...input } as InputHTMLAttributes<HTMLInputElement>;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="field-box">
        <input
          {...attributes}
          id={id}
          onInput={(event) => onValue(event.currentTarget.value)}
          aria-invalid={error ? true : undefined}
          aria-describedby={note ? `${id}-note` : undefined}
        />
        {end}
        {popup}
      </div>
      {note && (
        <p id={`${id}-note`} class={error ? "note bad" : "note"}>
          {note}
        </p>
      )}
    </div>
  );
}
