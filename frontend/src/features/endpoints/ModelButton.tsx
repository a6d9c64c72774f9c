import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Model, Preset } from "../../api/types";
import { part } from "../../browser/lazy";
import { t } from "../../i18n";
import { Icon } from "../../ui/Icon";
import { onShortcut } from "../../ui/shortcuts";
import { answering, nameOf, templated } from "./models";

export const modelMenu = part(() => import("./ModelMenu"));
/** Of the chat that is shown. */
export const modelMenuOpen = signal(false);
/** After which the menu is loaded ahead: what is typed right after its keys would go elsewhere. */
const QUIET_MILLISECONDS = 3_000;

/** Names the model that answers; opens the menu of the others. */
export function ModelButton() {
  const model = answering.value;
  const name = model ? [templated.value?.name, nameOf(model)].filter(Boolean).join(" · ") : undefined;
  return (
    <button
      type="button"
      class="model-button"
      aria-haspopup="dialog"
      aria-expanded={modelMenuOpen.value}
      aria-label={model === null ? undefined : t().composer.model(name)}
      title={name}
      onPointerEnter={modelMenu.warm}
      onFocus={modelMenu.warm}
      onClick={() => (modelMenuOpen.value = true)}
    >
      <span>{name ?? (model === null && t().composer.noModel)}</span>
      <Icon name="open" />
    </button>
  );
}

interface Props {
  onChoose: (model: Model) => void;
  onPreset: (preset: Preset) => void;
}

/** Stands outside the composer's form, whose keys and buttons would send. */
export function ModelMenuWhereOpen({ onChoose, onPreset }: Props) {
  useEffect(() => {
    const end = onShortcut("model", () => {
      modelMenuOpen.value = !modelMenuOpen.value;
    });
    const timer = setTimeout(modelMenu.warm, QUIET_MILLISECONDS);
    return () => {
      clearTimeout(timer);
      end();
      modelMenuOpen.value = false;
    };
  }, []);
  const module = modelMenuOpen.value && modelMenu();
  if (!module) return null;
  return (
    <module.ModelMenu
      anchor={document.querySelector(".model-button")!}
      chosen={answering.value?.id}
      onChoose={onChoose}
      onClose={() => (modelMenuOpen.value = false)}
      onPreset={onPreset}
      preset={templated.value?.id}
    />
  );
}
