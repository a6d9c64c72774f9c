import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { persistent } from "./api/client";
import { loggedIn, resume } from "./api/session";
import { lazy } from "./browser/lazy";
import { leaveLogin, logInFirst, route } from "./browser/router";
import { AuthPage } from "./features/account/AuthPage";
import { account, loadAccount } from "./features/account/account";
import { ChatPage } from "./features/chat/ChatPage";
import { ThreadSkeleton } from "./features/chat/ThreadSkeleton";
import { Sidebar } from "./features/conversations/Sidebar";
import { Switcher } from "./features/conversations/Switcher";
import { switcherOpen } from "./features/conversations/shortcuts";
import { t } from "./i18n";
import { routes } from "./routes";
import { Page } from "./ui/Page";
import { Toast } from "./ui/Toast";

/** After an upgrade of the server its parts have other names. */
const settingsFailed = signal(false);
const settings = lazy(() =>
  import("./features/settings/SettingsPage").catch((error: unknown) => {
    settingsFailed.value = true;
    throw error;
  }),
);

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
  if (outside && known !== true)
    return (
      <>
        <AuthPage />
        <Toast />
      </>
    );
  if (page === "reset")
    return (
      <>
        <AuthPage />
        <Toast />
      </>
    );
  if (known === false) return null;
  return (
    <div class="app">
      <Sidebar />
      {!who ? <Waiting /> : page === "settings" ? <Settings /> : <ChatPage who={who} />}
      {switcherOpen.value && <Switcher />}
      <Toast />
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

function Settings() {
  const module = settings();
  if (module) return <module.SettingsPage />;
  return settingsFailed.value ? <Unloaded /> : <Waiting />;
}

function Unloaded() {
  return (
    <Page heading="">
      <div class="empty">
        <p role="alert">{t().common.unloaded}</p>
        <button class="button" onClick={() => location.reload()}>
          {t().common.reload}
        </button>
      </div>
    </Page>
  );
}
