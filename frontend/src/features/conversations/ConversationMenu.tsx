import { useEffect } from "preact/hooks";
import type { Conversation } from "../../api/types";
import { type Entry, Menu, type MenuSection } from "../../ui/Menu";
import { keysOf } from "../../ui/shortcuts";
import { tell } from "../../ui/toasts";
import { mayShare, sharingOf } from "../sharing/opened";
import { remove } from "./conversations";
import { download } from "./export";
import { folderOf, folders, wantOrder } from "./folders";
import { text } from "./menuTexts";
import { folderNamed, instructionsOf, menuOf, type Place, renaming, sentOf } from "./opened";
import { move, pin, putAway } from "./order";

const FORMATS = { md: "Markdown", json: "JSON" };

/** The same entries wherever a conversation stands. */
function sections(conversation: Conversation, place: Place): MenuSection[] {
  const { id, pinned, archived } = conversation;
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
        !archived && { label: pinned ? text().unpin : text().pin, icon: "pin", run: () => pin(conversation, !pinned) },
        !archived && { label: text().move, icon: "folder", more: places(conversation) },
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
      ],
    },
    {
      entries: [
        mayShare() && {
          label: text().share,
          icon: "share",
          run: () => {
            sharingOf.value = conversation;
          },
        },
        { label: text().export, icon: "data", more: [{ entries: [exported(id, "md"), exported(id, "json")] }] },
      ],
    },
    {
      entries: [
        {
          label: archived ? text().unarchive : text().archive,
          icon: "archive",
          keys: place === "list" ? "E" : undefined,
          run: () => putAway(conversation, !archived),
        },
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

function exported(id: number, format: keyof typeof FORMATS): Entry {
  return { label: FORMATS[format], hint: text().formats[format], run: () => void download(id, format).catch(tell) };
}

/** The folders, of which it stands in one or none. */
function places(conversation: Conversation): MenuSection[] {
  const its = folderOf(conversation)?.id ?? null;
  const entry = (label: string, id: number | null) => ({
    label,
    checked: id === its,
    run: () => move(conversation, id),
  });
  const all = folders.value.map(({ id, name }) => entry(name, id));
  return [
    { entries: all.length ? [entry(text().noFolder, null), ...all] : [] },
    { entries: [{ label: text().newFolder, icon: "plus", run: () => (folderNamed.value = { conversation }) }] },
  ].filter(({ entries }) => entries.length) as MenuSection[];
}

/** The menu that is open, if one is. */
export function ConversationMenu() {
  const open = menuOf.value;
  useEffect(() => void (open && wantOrder()), [open]);
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
