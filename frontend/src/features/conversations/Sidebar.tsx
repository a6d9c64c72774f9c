import { isWide, sidebarOpen } from "../../browser/preferences";
import { follow, route } from "../../browser/router";
import { t } from "../../i18n";
import { routes } from "../../routes";
import { Icon } from "../../ui/Icon";
import { IconButton } from "../../ui/IconButton";
import { tell } from "../../ui/toasts";
import { account, signOut } from "../account/account";
import { ConversationList } from "./ConversationList";
import { COMMAND_KEY, switcherOpen } from "./shortcuts";

export function Sidebar() {
  const text = t().list;
  // On a phone the sidebar lies over the page that a link leads to.
  const close = ({ target }: MouseEvent) => {
    if (!isWide() && (target as Element).closest("a")) sidebarOpen.value = false;
  };
  return (
    <>
      <div class="backdrop" hidden={!sidebarOpen.value} onClick={() => (sidebarOpen.value = false)} />
      <nav class="sidebar" aria-label={text.title} hidden={!sidebarOpen.value} onClick={close}>
        <div class="sidebar-top">
          <IconButton icon="sidebar" label={text.close} onClick={() => (sidebarOpen.value = false)} />
          <IconButton
            icon="search"
            label={`${text.search} (${COMMAND_KEY} K)`}
            onClick={() => (switcherOpen.value = true)}
          />
        </div>
        <a class="side-row new-chat" href={routes.start} onClick={follow}>
          <Icon name="plus" /> {text.newChat}
        </a>
        <ConversationList />
        <div class="sidebar-foot">
          <a
            class="side-row"
            href={routes.settings}
            onClick={follow}
            aria-current={route.value.page === "settings" ? "page" : undefined}
          >
            <Icon name="settings" /> {text.settings}
          </a>
          <div class="who">
            <span class="who-name" title={account.value?.email}>
              {account.value?.username}
            </span>
            <IconButton icon="exit" label={text.logOut} onClick={() => void signOut().catch(tell)} />
          </div>
        </div>
      </nav>
    </>
  );
}
