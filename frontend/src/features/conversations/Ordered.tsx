import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Folder } from "../../api/types";
import { Icon } from "../../ui/Icon";
import type { MenuSection } from "../../ui/Menu";
import { menus } from "../../ui/MenuButton";
import type { Anchor } from "../../ui/Popover";
import { tell } from "../../ui/toasts";
import { useLongPress } from "../../ui/useLongPress";
import { ConversationItem } from "./ConversationItem";
import { takes } from "./dragged";
import { folders, foldPins, inFolder, loadFolder, moreIn, pinned, pinsFolded, unfolded } from "./folders";
import { folderNamed } from "./opened";
import { move, removeFolder, shiftFolder, toggleFolder } from "./order";
import { text } from "./orderTexts";
import "./ordered.css";

/** Above the list: what is pinned, and the folders. Each only where there is something in it. */
export function Ordered({ reachable }: { reachable: string | undefined }) {
  return (
    <>
      {pinned.value.length > 0 && (
        <section>
          <h2>
            <button class="fold" aria-expanded={!pinsFolded.value} onClick={() => foldPins(!pinsFolded.value)}>
              {text().pinned}
              <small>{pinned.value.length}</small>
            </button>
          </h2>
          {!pinsFolded.value && (
            <ul>
              {pinned.value.map((item) => (
                <ConversationItem
                  key={item.id}
                  conversation={item}
                  icon="pin"
                  reachable={reachable === `c${item.id}`}
                />
              ))}
            </ul>
          )}
        </section>
      )}
      {folders.value.length > 0 && (
        <section>
          <h2>{text().folders}</h2>
          <ul>
            {folders.value.map((folder) => (
              <FolderItem key={folder.id} folder={folder} reachable={reachable} />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

/** A folder, and what is in it once it is unfolded. Conversations are dropped on it. */
function FolderItem({ folder, reachable }: { folder: Folder; reachable: string | undefined }) {
  const { id, name } = folder;
  const open = unfolded.value.has(id);
  const items = open ? inFolder(id) : [];
  const over = useSignal(false);
  const menu = useSignal<Anchor | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  const press = useLongPress((anchor) => {
    menu.value = anchor;
  });
  const loaded = menu.value ? menus() : undefined;
  return (
    <li>
      <div
        class={over.value ? "conversation folder over" : "conversation folder"}
        data-folder={id}
        {...takes(
          (conversation) => move(conversation, id),
          (is) => (over.value = is),
        )}
      >
        <button
          class="side-row"
          aria-expanded={open}
          tabIndex={reachable === `f${id}` ? 0 : -1}
          title={name}
          {...press}
          onClick={() => toggleFolder(folder)}
        >
          <Icon name="folder" />
          <span class="side-title" dir="auto">
            {name}
          </span>
          <small class="count">{folder.conversation_count}</small>
        </button>
        <button
          ref={button}
          class="icon-button row-menu"
          tabIndex={-1}
          aria-label={text().menu(name)}
          aria-haspopup="menu"
          aria-expanded={!!menu.value}
          onPointerEnter={menus.warm}
          onClick={() => (menu.value = button.current!)}
        >
          <Icon name="more" />
        </button>
      </div>
      {loaded && menu.value && (
        <loaded.Menu anchor={menu.value} label={name} sections={sections(folder)} onClose={() => (menu.value = null)} />
      )}
      {open && (
        <ul class="within">
          {items.map((item) => (
            <ConversationItem key={item.id} conversation={item} reachable={reachable === `c${item.id}`} />
          ))}
          {!items.length && !folder.conversation_count && <li class="side-note">{text().drag}</li>}
          {moreIn.value.has(id) && (
            <li>
              <button class="link side-note" onClick={() => void loadFolder(id, true).catch(tell)}>
                {text().more}
              </button>
            </li>
          )}
        </ul>
      )}
    </li>
  );
}

function sections(folder: Folder): MenuSection[] {
  const at = folders.value.indexOf(folder);
  const shift = (by: -1 | 1) => void shiftFolder(folder, by).catch(tell);
  const remove = () => void removeFolder(folder).catch(tell);
  return [
    {
      entries: [
        { label: text().rename, icon: "edit", run: () => (folderNamed.value = { folder }) },
        at > 0 && { label: text().up, icon: "send", run: () => shift(-1) },
        at < folders.value.length - 1 && { label: text().down, icon: "down", run: () => shift(1) },
      ],
    },
    {
      entries: [
        {
          label: text().remove,
          icon: "trash",
          danger: true,
          ...(folder.conversation_count
            ? { more: [{ entries: [{ label: text().removeKeeping, danger: true, run: remove }] }] }
            : { run: remove }),
        },
      ],
    },
  ];
}
