import { effect, signal, untracked } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { persistent } from "./api/client";
import { loggedIn, resume } from "./api/session";
import { replacePage } from "./browser/back";
import { lazy, missing, part } from "./browser/lazy";
import { closeSettings, isAdmin, leaveLogin, logInFirst, navigate, problem, route } from "./browser/router";
import { stored } from "./browser/storage";
import { account, loadAccount } from "./features/account/account";
import { ChatPage } from "./features/chat/ChatPage";
import { ThreadSkeleton } from "./features/chat/ThreadSkeleton";
import { conversationMenu } from "./features/conversations/OpenMenu";
import { folderNamed, instructionsOf, sentOf } from "./features/conversations/opened";
import { Sidebar } from "./features/conversations/Sidebar";
import { frameShortcuts } from "./features/conversations/shortcuts";
import { SettingsFrame } from "./features/settings/SettingsFrame";
import { sharingOf } from "./features/sharing/opened";
import { t } from "./i18n";
import { routes } from "./routes";
import { leaveFocus } from "./ui/keepFocus";
import { overlay } from "./ui/layers";
import { menus } from "./ui/MenuButton";
import { Page } from "./ui/Page";
import { SkipLink } from "./ui/SkipLink";
import { Toasts } from "./ui/Toasts";
import { notify } from "./ui/toasts";

const banner = lazy(() => import("./features/account/Banner"));
const auth = part(() => import("./features/account/AuthPage"));
const factorNeeded = part(() => import("./features/account/FactorNeeded"));
const settings = part(() => import("./features/settings/SettingsDialog"));
const admin = part(() => import("./features/admin/AdminPage"));
const keyboard = part(() => import("./features/settings/KeyboardSheet"));
const search = part(() => import("./features/search/Search"));
const folderName = part(() => import("./features/conversations/FolderName"));
const instructions = part(() => import("./features/conversations/Instructions"));
const sharing = part(() => import("./features/sharing/ShareDialog"));
const sent = part(() => import("./features/chat/Sent"));

/** What was asked for has had its turn. */
const calm = signal(false);

export function App() {
  useEffect(() => void persistent(resume), []);
  useEffect(() => effect(tellMissing), []);
  const wasIn = useRef(false);
  const known = loggedIn.value;
  const who = account.value; // drafts may be of the person before, until it is known whose they are
  const page = route.value.page;
  const isLink = page === "reset" || page === "verify" || page === "email";
  const outside = isLink || page === "register" || page === "login";
  useEffect(() => {
    // Whoever logs in next at this browser finds nothing of the person who was here.
    if (known === false && wasIn.current) replacePage(routes.login);
    else if (known === false && !outside) logInFirst();
    wasIn.current ||= known === true;
    if (known !== true) return;
    if (outside) leaveFocus(); // the form has it, and the page begins anew
    leaveLogin();
  }, [known, page]);
  useEffect(() => {
    if (known === true) void loadAccount();
  }, [known]);
  useEffect(() => {
    if (who && problem.value !== null) void import("./features/account/problem").then(({ tell }) => tell());
  }, [who]);
  useLayoutEffect(frameShortcuts, []); // before the first key
  useEffect(() => (who ? whenIdle(warm) : undefined), [who]);
  if (isLink || (outside && known !== true))
    return (
      <>
        <Auth />
        <Toasts />
      </>
    );
  if (known === false) return null;
  if (who?.second_factor_needed)
    return (
      <>
        <FactorNeeded />
        <Toasts />
      </>
    );
  return (
    <div class="app">
      <SkipLink />
      {who && calm.value && <Banner />}
      {isAdmin.value ? <Admin /> : <Sidebar />}
      {!isAdmin.value && (who ? <ChatPage who={who} /> : <Waiting />)}
      {who && <Overlays />}
      <Toasts />
    </div>
  );
}

/** What the operator says to everybody. */
function Banner() {
  const loaded = banner();
  return loaded ? <loaded.Banner /> : null;
}

/** What lies over the page, each loaded when it is first opened. */
function Overlays() {
  const Settings = route.value.page === "settings" && (settings()?.SettingsDialog ?? SettingsFrame);
  const Search = overlay.value === "find" && search()?.Search;
  const Keyboard = overlay.value === "keyboard" && keyboard()?.KeyboardSheet;
  const of = instructionsOf.value;
  const Instructions = of && instructions()?.Instructions;
  const Sent = sentOf.value && sent()?.Sent;
  const Share = sharingOf.value && sharing()?.ShareDialog;
  const FolderName = folderNamed.value && folderName()?.FolderName;
  return (
    <>
      {Settings && <Settings />}
      {Instructions && <Instructions key={of.id} conversation={of} />}
      {Sent && <Sent key={sentOf.value!.id} conversation={sentOf.value!} />}
      {Share && <Share key={sharingOf.value!.id} conversation={sharingOf.value!} />}
      {FolderName && <FolderName {...folderNamed.value!} />}
      {Search && <Search />}
      {Keyboard && <Keyboard />}
    </>
  );
}

/** Before they are asked for, and after what is: a key pressed at once finds them. An import goes on. */
function warm(): void {
  calm.value = true;
  for (const each of [menus, conversationMenu, search]) each.warm();
  if (stored("open:import"))
    void import("./features/transfer/imports").then(({ goOn }) => goOn()).catch(() => undefined);
}

function whenIdle(run: () => void): () => void {
  const timer = setTimeout(run, 500);
  return () => clearTimeout(timer);
}

function Waiting() {
  return (
    <Page>
      <div class="thread">
        <div class="column">
          <ThreadSkeleton />
        </div>
      </div>
    </Page>
  );
}

function Admin() {
  const loaded = account.value && admin();
  return loaded ? <loaded.AdminPage /> : <Waiting />;
}

function Auth() {
  const loaded = auth();
  return loaded ? <loaded.AuthPage /> : null;
}

function FactorNeeded() {
  const loaded = factorNeeded();
  return loaded ? <loaded.FactorNeeded /> : null;
}

/** A part of the page that somebody asked for is not there. */
function tellMissing(): void {
  const kind = missing.value;
  missing.value = null;
  if (kind === "gone") untracked(() => notify({ text: t().common.unloaded, action: reload(), stays: true }));
  if (kind !== "unreached") return;
  untracked(() => {
    if (route.value.page === "settings" && !settings.isThere()) closeSettings();
    if (isAdmin.value && !admin.isThere()) navigate(routes.start, { replace: true });
    notify({ text: t().errors.offline });
  });
}

function reload() {
  return { label: t().common.reload, run: () => location.reload() };
}
