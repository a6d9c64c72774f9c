import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import "./forms.css";

interface Props<T extends string> {
  label: string;
  value: T;
  options: [T, string][];
  hint?: ComponentChildren;
  onValue: (value: T) => void;
}

/** One of several, by the browser's own list. */
export function Select<T extends string>({ label, value, options, hint, onValue }: Props<T>) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="field-box">
        <select
          id={id}
          value={value}
          aria-describedby={hint ? `${id}-note` : undefined}
          onChange={(event) => onValue(event.currentTarget.value as T)}
        >
          {options.map(([option, text]) => (
            <option key={option} value={option}>
              {text}
            </option>
          ))}
        </select>
      </div>
      {hint && (
        <p id={`${id}-note`} class="note">
          {hint}
        </p>
      )}
    </div>
  );
}
