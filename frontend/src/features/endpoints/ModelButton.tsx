import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { part } from "../../browser/lazy";
import { t } from "../../i18n";
import { Icon } from "../../ui/Icon";
import { onShortcut } from "../../ui/shortcuts";
import { answering } from "./endpoint";

const menu = part(() => import("./ModelMenu"));
const open = signal(false);
/** After which the menu is loaded ahead: what is typed right after its keys would go elsewhere. */
const QUIET_MILLISECONDS = 3_000;

/** Names the model that answers; opens the menu of the others. */
export function ModelButton() {
  const name = answering.value?.name;
  return (
    <button
      type="button"
      class="model-button"
      aria-haspopup="dialog"
      aria-expanded={open.value}
      aria-label={t().composer.model(name)}
      title={name}
      onPointerEnter={menu.warm}
      onFocus={menu.warm}
      onClick={() => (open.value = true)}
    >
      <span>{name ?? (answering.value === null && t().composer.noModel)}</span>
      <Icon name="open" />
    </button>
  );
}

/** Stands outside the composer's form, whose keys and buttons would send. */
export function ModelMenuWhereOpen() {
  useEffect(() => {
    const end = onShortcut("model", () => {
      open.value = !open.value;
    });
    const timer = setTimeout(menu.warm, QUIET_MILLISECONDS);
    return () => {
      clearTimeout(timer);
      end();
      open.value = false;
    };
  }, []);
  const module = open.value && menu();
  return module ? <module.ModelMenu onClose={() => (open.value = false)} /> : null;
}
