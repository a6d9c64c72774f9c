import { useRef } from "preact/hooks";
import type { Conversation } from "../../api/types";
import { currentId, follow } from "../../browser/router";
import { t } from "../../i18n";
import { conversationAt } from "../../routes";
import { Icon, type IconName } from "../../ui/Icon";
import { menus } from "../../ui/MenuButton";
import type { Anchor } from "../../ui/Popover";
import { useLongPress } from "../../ui/useLongPress";
import { replying } from "./conversations";
import { dragged } from "./dragged";
import { menuOf, opensMenu, renaming } from "./opened";
import { RenameField } from "./RenameField";

interface Props {
  conversation: Conversation;
  /** Whether Tab leads to it; arrows lead to the others. */
  reachable: boolean;
  icon?: IconName;
}

/** A row of the list. Its menu is opened by the button at its end, the right button or a long press. */
export function ConversationItem({ conversation, reachable, icon }: Props) {
  const { id, title } = conversation;
  const button = useRef<HTMLButtonElement>(null);
  const open = (anchor: Anchor) => {
    menuOf.value = { conversation, anchor, place: "list" };
  };
  const press = useLongPress(open);
  if (renaming.value?.id === id && renaming.value.place === "list")
    return (
      <li class="conversation">
        <RenameField id={id} title={title} onEnd={() => (renaming.value = null)} />
      </li>
    );
  return (
    <li class="conversation" data-id={id}>
      <a
        class="side-row"
        href={conversationAt(id)}
        aria-current={currentId.value === id ? "page" : undefined}
        tabIndex={reachable ? 0 : -1}
        onClick={follow}
        onDragStart={() => (dragged.value = conversation)}
        onDragEnd={() => (dragged.value = null)}
        {...press}
        onDblClick={() => (renaming.value = { id, place: "list" })}
        title={title}
        dir="auto"
      >
        {icon && <Icon name={icon} />}
        <span class="side-title">{title}</span>
        {replying.value.has(id) && <span class="replying" role="img" aria-label={t().list.replying} />}
      </a>
      <button
        ref={button}
        class="icon-button row-menu"
        tabIndex={-1}
        aria-label={t().list.menu(title)}
        {...opensMenu(id, "list")}
        onPointerEnter={menus.warm}
        onClick={() => open(button.current!)}
      >
        <Icon name="more" />
      </button>
    </li>
  );
}
