import { useRef } from "preact/hooks";
import type { Conversation } from "../../api/types";
import { t } from "../../i18n";
import { Icon } from "../../ui/Icon";
import { IconButton } from "../../ui/IconButton";
import { menus } from "../../ui/MenuButton";
import { mayShare, sharingOf } from "../sharing/opened";
import { OpenMenu } from "./OpenMenu";
import { instructionsOf, menuOf, opensMenu, renaming } from "./opened";
import { RenameField } from "./RenameField";

/** The title over a thread: the conversation's menu, and whether the model is given instructions in it. */
export function ConversationTitle({ conversation }: { conversation: Conversation }) {
  const { id, title } = conversation;
  const button = useRef<HTMLButtonElement>(null);
  if (renaming.value?.id === id && renaming.value.place === "title")
    return <RenameField id={id} title={title} onEnd={() => (renaming.value = null)} />;
  return (
    <>
      <h1 class="bar-title">
        <button
          ref={button}
          class="title-button"
          title={title}
          {...opensMenu(id, "title")}
          onPointerEnter={menus.warm}
          onClick={() => {
            menuOf.value = { conversation, anchor: button.current!, place: "title" };
          }}
        >
          <span dir="auto">{title}</span>
          <Icon name="open" />
        </button>
      </h1>
      {conversation.continued_from && <span class="bar-chip">{t().list.continued}</span>}
      {conversation.archived && <span class="bar-chip">{t().list.archived}</span>}
      {conversation.has_system_prompt && (
        <button class="bar-chip" onClick={() => (instructionsOf.value = conversation)}>
          {t().list.instructions}
        </button>
      )}
      {mayShare() && (
        <IconButton
          icon="share"
          class="bar-share"
          label={t().list.share}
          onClick={() => (sharingOf.value = conversation)}
        />
      )}
      <OpenMenu place="title" />
    </>
  );
}
