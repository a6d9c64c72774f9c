import type { Ref } from "preact";
import { Icon, type IconName } from "./Icon";

interface Props {
  icon: IconName;
  label: string;
  onClick: () => void;
  disabled?: boolean;
  autofocus?: boolean;
  class?: string;
  buttonRef?: Ref<HTMLButtonElement>;
}

export function IconButton({ icon, label, onClick, disabled, autofocus, class: extra = "", buttonRef }: Props) {
  return (
    <button
      ref={buttonRef}
      type="button"
      class={`icon-button ${extra}`}
      aria-label={label}
      title={label}
      disabled={disabled}
      autofocus={autofocus}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}
