import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Model } from "../../api/types";
import { Icon } from "../../ui/Icon";
import { modelMenu } from "./ModelButton";
import type { ModelMenuProps } from "./ModelMenu";
import { nameOf } from "./models";
import "./connections.css";

interface Props extends Pick<ModelMenuProps, "instead"> {
  label: string;
  model: Model | undefined;
  /** Said where no model is chosen. */
  none: string;
  onChoose: (model: Model) => void;
}

/** A button that names a model, and opens the menu of the others. */
export function ModelPick({ label, model, none, instead, onChoose }: Props) {
  const open = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  const module = open.value && modelMenu();
  const name = model ? nameOf(model) : none;
  return (
    <>
      <button
        ref={button}
        type="button"
        class="button model-pick"
        aria-haspopup="dialog"
        aria-expanded={open.value}
        aria-label={`${label}: ${name}`}
        onPointerEnter={modelMenu.warm}
        onClick={() => (open.value = true)}
      >
        <span>{name}</span>
        <Icon name="open" />
      </button>
      {module && (
        <module.ModelMenu
          anchor={button.current!}
          label={label}
          chosen={model?.id}
          instead={instead}
          onChoose={onChoose}
          onClose={() => (open.value = false)}
        />
      )}
    </>
  );
}
