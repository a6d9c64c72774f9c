import { useEffect } from "preact/hooks";
import type { Account } from "../../api/types";
import { part } from "../../browser/lazy";
import { currentId, follow, route } from "../../browser/router";
import { t } from "../../i18n";
import { markdown } from "../../markdown/markdown";
import { routes } from "../../routes";
import { Page } from "../../ui/Page";
import { called } from "../account/account";
import { ConversationTitle } from "../conversations/ConversationTitle";
import { conversationOf } from "../conversations/conversations";
import { models } from "../endpoints/models";
import { viewed, viewer } from "../files/files";
import { Composer } from "./Composer";
import { ConnectionNotice } from "./ConnectionNotice";
import { gone, thread } from "./current";
import { EmptyState } from "./EmptyState";
import { threadShortcuts } from "./keys";
import { LiveRegion } from "./LiveRegion";
import { Thread } from "./Thread";

const firstRun = part(() => import("../endpoints/FirstRun"));

export function ChatPage({ who }: { who: Account }) {
  const id = currentId.value;
  const known = conversationOf(id);
  const isBelow = route.value.page === "settings"; // which have a title of their own
  useEffect(() => {
    if (!isBelow) document.title = known ? `${known.title} · ${t().appName}` : t().appName;
  });
  useEffect(() => markdown.warm(), []);
  useEffect(threadShortcuts, []);
  if (gone.value) return <Gone />;
  const { loaded, messages, pending, leaps } = thread.value;
  const Viewer = viewed.value && viewer()?.Viewer;
  const fresh = !pending.length && (id === null || (loaded && !messages.length));
  if (!who.can_chat && fresh && !models.value?.length) return <Page>{models.value && <First />}</Page>;
  return (
    <Page heading={known && <ConversationTitle conversation={known} />}>
      {fresh ? <EmptyState name={called(who)} /> : <Thread key={`${id} ${leaps}`} title={known?.title ?? ""} />}
      <div class="dock">
        <ConnectionNotice />
        <Composer key={id ?? "new"} />
      </div>
      <LiveRegion />
      {Viewer && <Viewer />}
    </Page>
  );
}

function First() {
  const loaded = firstRun();
  return loaded ? <loaded.FirstRun /> : null;
}

function Gone() {
  return (
    <Page>
      <div class="empty">
        <h1>{t().thread.gone}</h1>
        <p>{t().thread.goneHelp}</p>
        <a class="button" href={routes.start} onClick={follow}>
          {t().list.newChat}
        </a>
      </div>
    </Page>
  );
}
