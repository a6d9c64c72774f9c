import { effect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { closedByBack } from "../../browser/back";
import { part } from "../../browser/lazy";
import { isWide, sidebarOpen } from "../../browser/preferences";
import { follow, route } from "../../browser/router";
import { t } from "../../i18n";
import { routes } from "../../routes";
import { Icon } from "../../ui/Icon";
import { IconButton } from "../../ui/IconButton";
import { overlay } from "../../ui/layers";
import { MenuButton } from "../../ui/MenuButton";
import { keysOf } from "../../ui/shortcuts";
import { account, called } from "../account/account";
import { Portrait } from "../account/Portrait";
import { answering, nameOf } from "../endpoints/models";
import { partLeft, tightest, words } from "../usage/caps";
import { ConversationList } from "./ConversationList";
import { OpenMenu } from "./OpenMenu";

const profile = part(() => import("../account/profileMenu"));

export function Sidebar() {
  const text = t().list;
  const hide = () => {
    sidebarOpen.value = false;
  };
  // On a phone the sidebar lies over the page that a link leads to.
  const close = ({ target }: MouseEvent) => {
    if (!isWide() && (target as Element).closest("a, .find")) hide();
  };
  useEffect(() => effect(() => (sidebarOpen.value && !isWide() ? closedByBack(hide) : undefined)), []);
  useEffect(() => {
    if (!isWide()) hide();
  }, [route.value]);
  return (
    <>
      <div class="backdrop" hidden={!sidebarOpen.value} onClick={hide} />
      <nav class="sidebar" aria-label={text.title} hidden={!sidebarOpen.value} onClick={close}>
        <div class="sidebar-top">
          <IconButton icon="sidebar" label={text.close} onClick={hide} />
        </div>
        <a class="side-row new-chat" href={routes.start} onClick={follow}>
          <Icon name="plus" />
          <span class="side-title">{text.newChat}</span>
          <Keys of="newChat" />
        </a>
        <button class="side-row find" onClick={() => (overlay.value = "find")}>
          <Icon name="search" />
          <span class="side-title">{text.search}</span>
          <Keys of="find" />
        </button>
        <ConversationList />
        <OpenMenu place="list" />
        <div class="sidebar-foot">
          <Profile />
        </div>
      </nav>
    </>
  );
}

function Profile() {
  const who = account.value;
  const { default_model_left: left = null, default_model_daily: daily = null } = who ?? {};
  const counted = left !== null && daily !== null;
  const cap = tightest.value;
  const isNearer = cap && !(counted && partLeft({ left, amount: daily }) <= partLeft(cap));
  const of = isNearer ? words()?.leftOf(cap) : counted && t().list.left(left, daily);
  const about = of || (answering.value && nameOf(answering.value));
  return (
    <MenuButton
      class="side-row who"
      label={t().list.profile}
      named={false}
      sections={() => profile()?.profileSections()}
      onNear={profile.warm}
    >
      {who && <Portrait of={who} />}
      <span class="who-about">
        <span class="who-name">{who && called(who)}</span>
        {about && <small>{about}</small>}
      </span>
    </MenuButton>
  );
}

function Keys({ of }: { of: "newChat" | "find" }) {
  return (
    <span class="side-keys" aria-hidden="true">
      {keysOf(of)}
    </span>
  );
}
