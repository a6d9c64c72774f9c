import type { Conversation } from "../../api/types";
import { Menu, type MenuSection } from "../../ui/Menu";
import { keysOf } from "../../ui/shortcuts";
import { tell } from "../../ui/toasts";
import { remove } from "./conversations";
import { download } from "./export";
import { text } from "./menuTexts";
import { instructionsOf, menuOf, type Place, renaming, sentOf } from "./opened";

/** The same entries wherever a conversation stands. */
function sections(conversation: Conversation, place: Place): MenuSection[] {
  const { id } = conversation;
  return [
    {
      entries: [
        {
          label: text().rename,
          icon: "edit",
          keys: keysOf("rename"),
          run: () => {
            renaming.value = { id, place };
          },
        },
      ],
    },
    {
      entries: [
        {
          label: text().instructions,
          icon: "settings",
          run: () => {
            instructionsOf.value = conversation;
          },
        },
        {
          label: text().sent,
          icon: "eye",
          run: () => {
            sentOf.value = conversation;
          },
        },
        { label: text().export, icon: "data", run: () => void download(id).catch(tell) },
      ],
    },
    {
      entries: [
        {
          label: text().remove,
          icon: "trash",
          keys: place === "list" ? "Del" : undefined,
          danger: true,
          run: () => void remove(conversation).catch(tell),
        },
      ],
    },
  ];
}

/** The menu that is open, if one is. */
export function ConversationMenu() {
  const open = menuOf.value;
  if (!open) return null;
  const { conversation, anchor, place } = open;
  return (
    <Menu
      anchor={anchor}
      label={text().label(conversation.title)}
      sections={sections(conversation, place)}
      onClose={() => (menuOf.value = null)}
    />
  );
}
