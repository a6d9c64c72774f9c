/** Where the person is: a page, and the settings where they lie over it. */
import { computed, signal } from "@preact/signals";
import { routes } from "../routes";
import { heardBack, settle, write } from "./back";

/** What the browser keeps with an entry of its history; a reload finds it again. */
interface State {
  /** The page that the settings lie over, or that the administration was reached from. */
  over?: string;
  /** How many entries back that page is; 0 or missing where the settings were the first. */
  depth?: number;
  /** After logging in: where to go. */
  wanted?: string;
  /** The same, where that is a page of its own (a shared one), and what was to be done there. */
  beyond?: string;
  continues?: boolean;
}

/** Kept by the tab while a provider has the person: by address, what the browser keeps beside it. */
export const AWAY = "away";

/** How a provider's login ended that led to none; taken out of the address. */
export const problem = signal(comeBack());

const place = signal({ path: location.pathname, state: stateNow() });
addEventListener("popstate", () => {
  if (heardBack(place.value.path)) return;
  if (closingTo && closingTo !== location.pathname) put(closingTo, {}, true);
  else place.value = { path: location.pathname, state: stateNow() };
  closingTo = undefined;
});

export type Route =
  | { page: "chat"; conversationId: number | null }
  | { page: "settings"; section: string | null }
  | { page: "admin" }
  | { page: (typeof OUTSIDE)[number] };

/** There for whoever is not logged in; the last ones for everybody who has their link. */
const OUTSIDE = ["login", "register", "reset", "verify", "email"] as const;

const conversation = pattern(routes.conversation, "([1-9]\\d{0,18})");
const section = pattern(routes.section, "(\\w+)");

export const route = computed<Route>(() => routeOf(place.value.path));

/** Where the page was reached from that is no chat. */
export const cameFrom = computed(() => place.value.state.over ?? routes.start);

/** The address of the page, also where the settings lie over it. */
export const below = computed(() => (route.value.page === "settings" ? cameFrom.value : place.value.path));

/** Of the page, also where the settings lie over it. */
export const currentId = computed(() => {
  const shown = routeOf(below.value);
  return shown.page === "chat" ? shown.conversationId : null;
});

export const isAdmin = computed(() => routeOf(below.value).page === "admin");

/** The settings open over the page that is shown; all their pages are one entry of the history. */
export function navigate(to: string, { replace = false } = {}): void {
  const { path, state } = place.value;
  if (to === path) return;
  const { beyond, continues } = state; // wanted still, by whoever registers first
  if (routeOf(to).page === "admin") put(to, { over: route.value.page === "chat" ? path : state.over }, replace);
  else if (routeOf(to).page !== "settings") put(to, { beyond, continues }, replace);
  else if (route.value.page === "settings") put(to, state, true);
  else put(to, { over: path, depth: 1 }, replace);
}

/** To another page, below the settings where they are open. */
export function navigateBelow(to: string): void {
  const { path, state } = place.value;
  if (route.value.page === "settings") put(path, { ...state, over: to }, true);
  else navigate(to);
}

/** Further into the settings, so that Back leads here again. */
export function navigateInto(to: string): void {
  const { state } = place.value;
  put(to, { ...state, depth: state.depth && state.depth + 1 }, false);
}

let closingTo: string | undefined;

export function closeSettings(): void {
  const { over = routes.start, depth } = place.value.state;
  if (depth) {
    closingTo = over;
    history.go(-depth);
  } else put(over, {}, true);
}

/** To the login; whoever comes from there is where they were going. */
export function logInFirst(): void {
  const { path, state } = place.value;
  put(routes.login, { over: state.over, wanted: path }, true);
}

export function leaveLogin(): void {
  const { page } = route.value;
  if (page !== "login" && page !== "register") return;
  const { wanted, over, beyond, continues } = place.value.state;
  if (beyond) {
    history.replaceState({ continues }, "", beyond);
    location.reload();
  } else put(wanted ?? routes.start, { over }, true);
}

/** For links: keeps the browser's own behaviour for other buttons and modifier keys. */
export function follow(event: MouseEvent): void {
  if (!isPlain(event)) return;
  event.preventDefault();
  navigate((event.currentTarget as HTMLAnchorElement).pathname);
}

export function isPlain(event: MouseEvent): boolean {
  return !(event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
}

function put(path: string, state: State, replace: boolean): void {
  write(path, state, replace);
  place.value = { path, state };
}

function routeOf(path: string): Route {
  const id = conversation.exec(path)?.[1];
  if (id) return { page: "chat", conversationId: Number(id) };
  const name = section.exec(path)?.[1];
  if (name || path === routes.settings) return { page: "settings", section: name ?? null };
  if (`${path}/`.startsWith(`${routes.admin}/`)) return { page: "admin" };
  const outside = OUTSIDE.find((page) => routes[page] === path);
  return outside ? { page: outside } : { page: "chat", conversationId: null };
}

function pattern(address: string, name: string): RegExp {
  return new RegExp(`^${address.replace(/\{\w+\}/, name)}$`);
}

function comeBack(): string | null {
  try {
    const kept = sessionStorage.getItem(AWAY);
    sessionStorage.removeItem(AWAY);
    if (kept && !history.state) history.replaceState(JSON.parse(kept)[location.pathname], "");
  } catch {
    // this browser keeps nothing
  }
  const found = new URLSearchParams(location.search).get("problem");
  if (found !== null) history.replaceState(history.state, "", location.pathname);
  return found;
}

function stateNow(): State {
  return { ...history.state, layer: undefined };
}

settle();
