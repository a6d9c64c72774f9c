import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Connection, Model } from "../../api/types";
import { text as texts } from "./factTexts";
import { modelMenu } from "./ModelButton";

/** Opens the list of a connection's models, of which one is chosen to be named and described. */
export function ModelsOf({ connection, onChoose }: { connection: Connection; onChoose: (model: Model) => void }) {
  const open = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  const module = open.value && modelMenu();
  const label = texts().modelsOf(connection.label);
  return (
    <>
      <button
        ref={button}
        type="button"
        class="button"
        aria-haspopup="dialog"
        aria-expanded={open.value}
        aria-label={label}
        onPointerEnter={modelMenu.warm}
        onClick={() => (open.value = true)}
      >
        {texts().models}
      </button>
      {module && (
        <module.ModelMenu
          anchor={button.current!}
          label={label}
          of={connection.id}
          chosen={undefined}
          onChoose={onChoose}
          onClose={() => (open.value = false)}
        />
      )}
    </>
  );
}
