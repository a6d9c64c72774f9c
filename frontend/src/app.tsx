import { effect, untracked } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { persistent } from "./api/client";
import { loggedIn, resume } from "./api/session";
import { missing, part } from "./browser/lazy";
import { leaveLogin, logInFirst, route } from "./browser/router";
import { account, loadAccount } from "./features/account/account";
import { ChatPage } from "./features/chat/ChatPage";
import { ThreadSkeleton } from "./features/chat/ThreadSkeleton";
import { Sidebar } from "./features/conversations/Sidebar";
import { switcherOpen } from "./features/conversations/shortcuts";
import { t } from "./i18n";
import { routes } from "./routes";
import { Page } from "./ui/Page";
import { Toasts } from "./ui/Toasts";
import { notify } from "./ui/toasts";

const auth = part(() => import("./features/account/AuthPage"));
const settings = part(() => import("./features/settings/SettingsPage"));
const switcher = part(() => import("./features/conversations/Switcher"));

export function App() {
  useEffect(() => void persistent(resume), []);
  const wasIn = useRef(false);
  const known = loggedIn.value;
  const who = account.value; // drafts may be of the person before, until it is known whose they are
  const page = route.value.page;
  const outside = page === "register" || page === "reset" || page === "login";
  useEffect(() => {
    // Whoever logs in next at this browser finds nothing of the person who was here.
    if (known === false && wasIn.current) location.replace(routes.login);
    else if (known === false && !outside) logInFirst();
    wasIn.current ||= known === true;
    if (known === true) leaveLogin();
  }, [known, page]);
  useEffect(() => {
    if (known === true) void loadAccount();
  }, [known]);
  useEffect(() => effect(tellMissing), []);
  if (page === "reset" || (outside && known !== true))
    return (
      <>
        <Auth />
        <Toasts />
      </>
    );
  if (known === false) return null;
  return (
    <div class="app">
      <Sidebar />
      {!who ? <Waiting /> : page === "settings" ? <Settings /> : <ChatPage who={who} />}
      {switcherOpen.value && <Find />}
      <Toasts />
    </div>
  );
}

function Waiting() {
  return (
    <Page heading="">
      <div class="thread">
        <div class="column">
          <ThreadSkeleton />
        </div>
      </div>
    </Page>
  );
}

function Auth() {
  const loaded = auth();
  return loaded ? <loaded.AuthPage /> : null;
}

function Find() {
  const loaded = switcher();
  return loaded ? <loaded.Switcher /> : null;
}

function Settings() {
  const loaded = settings();
  return loaded ? <loaded.SettingsPage /> : <Waiting />;
}

/** A part of the page that somebody asked for is not there. */
function tellMissing(): void {
  const kind = missing.value;
  missing.value = null;
  if (kind === "gone") untracked(() => notify({ text: t().common.unloaded, action: reload(), stays: true }));
  if (kind === "unreached") untracked(() => notify({ text: t().errors.offline }));
}

function reload() {
  return { label: t().common.reload, run: () => location.reload() };
}
