import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Message } from "../../api/types";
import { uniqueId } from "../../browser/anywhere";
import { t } from "../../i18n";
import { Icon } from "../../ui/Icon";
import { IconButton } from "../../ui/IconButton";
import { modelMenu } from "../endpoints/ModelButton";
import { models } from "../endpoints/models";
import { request } from "./current";

/** Another reply beside this one: by the chat's model, or by one that is chosen for it alone. */
export function Redo({ message, busy }: { message: Message; busy: boolean }) {
  const open = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  const again = (model_id?: number) =>
    request({ type: "regenerate", message_id: message.id, client_id: uniqueId(), model_id });
  const module = open.value && modelMenu();
  const isChoice = (models.value?.length ?? 0) > 1;
  return (
    <span class="redo">
      <IconButton icon="redo" label={t().thread.regenerate} disabled={busy} onClick={() => again()} />
      {isChoice && (
        <button
          ref={button}
          type="button"
          class="icon-button redo-with"
          aria-label={t().thread.regenerateWith}
          title={t().thread.regenerateWith}
          aria-haspopup="dialog"
          aria-expanded={open.value}
          disabled={busy}
          onPointerEnter={modelMenu.warm}
          onFocus={modelMenu.warm}
          onClick={() => (open.value = true)}
        >
          <Icon name="open" />
        </button>
      )}
      {module && (
        <module.ModelMenu
          anchor={button.current!}
          label={t().thread.regenerateWith}
          chosen={message.model_id}
          onChoose={({ id }) => again(id)}
          onClose={() => (open.value = false)}
        />
      )}
    </span>
  );
}
