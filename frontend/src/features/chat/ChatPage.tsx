import { useEffect } from "preact/hooks";
import type { Account } from "../../api/types";
import { part } from "../../browser/lazy";
import { currentId, follow } from "../../browser/router";
import { t } from "../../i18n";
import { markdown } from "../../markdown/markdown";
import { routes } from "../../routes";
import { Page } from "../../ui/Page";
import { titleOf } from "../conversations/conversations";
import { Composer } from "./Composer";
import { ConnectionNotice } from "./ConnectionNotice";
import { gone, thread, title } from "./current";
import { EmptyState } from "./EmptyState";
import { LiveRegion } from "./LiveRegion";
import { Thread } from "./Thread";

const firstRun = part(() => import("../endpoints/FirstRun"));

export function ChatPage({ who }: { who: Account }) {
  const id = currentId.value;
  const heading = id === null ? "" : (titleOf(id) ?? title.value);
  useEffect(() => {
    document.title = heading ? `${heading} · ${t().appName}` : t().appName;
  });
  useEffect(() => markdown.warm(), []);
  if (gone.value) return <Gone />;
  const { loaded, messages, pending } = thread.value;
  const fresh = !pending.length && (id === null || (loaded && !messages.length));
  if (!who.can_chat && fresh)
    return (
      <Page heading="">
        <First />
      </Page>
    );
  return (
    <Page heading={heading}>
      {fresh ? <EmptyState name={who.username} /> : <Thread key={id} title={heading} />}
      <div class="dock">
        <ConnectionNotice />
        <Composer key={id ?? "new"} />
      </div>
      <LiveRegion />
    </Page>
  );
}

function First() {
  const loaded = firstRun();
  return loaded ? <loaded.FirstRun /> : null;
}

function Gone() {
  return (
    <Page heading="">
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
