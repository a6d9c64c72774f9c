import { useId } from "preact/hooks";

interface Props {
  name: string;
  lead: string;
  /** What the button says; none: there is nothing to do. */
  button: string | false;
  disabled?: boolean;
  onDo: () => unknown;
}

/** A row with something that can be done at once. */
export function Act({ name, lead, button, disabled, onDo }: Props) {
  const id = useId();
  return (
    <li>
      <div>
        <strong id={id}>{name}</strong>
        <small>{lead}</small>
      </div>
      {button && (
        <button class="button" aria-describedby={id} disabled={disabled} onClick={() => onDo()}>
          {button}
        </button>
      )}
    </li>
  );
}
