/** Where the person is. Addresses are the server's: `/`, `/c/{id}`, `/settings`, `/login`, … */
import { computed, signal } from "@preact/signals";

const path = signal(location.pathname);
addEventListener("popstate", () => (path.value = location.pathname));

export type Route =
  | { page: "chat"; conversationId: number | null }
  | { page: "settings" | "login" | "register" | "reset" };

export const route = computed<Route>(() => {
  const id = /^\/c\/([1-9]\d{0,18})$/.exec(path.value)?.[1];
  if (id) return { page: "chat", conversationId: Number(id) };
  const page = /^\/(settings|login|register|reset)$/.exec(path.value)?.[1];
  return page ? { page: page as "settings" } : { page: "chat", conversationId: null };
});

export const currentId = computed(() => (route.value.page === "chat" ? route.value.conversationId : null));

export function navigate(to: string, { replace = false } = {}): void {
  if (to === path.value) return;
  history[replace ? "replaceState" : "pushState"](null, "", to);
  path.value = to;
}

/** To the login; whoever comes from there is where they were going. */
export function logInFirst(): void {
  history.replaceState({ wanted: path.value }, "", "/login");
  path.value = "/login";
}

export function leaveLogin(): void {
  const { page } = route.value;
  if (page !== "login" && page !== "register") return;
  const state = history.state as { wanted?: string } | null;
  navigate(state?.wanted ?? "/", { replace: true });
}

/** For links: keeps the browser's own behaviour for other buttons and modifier keys. */
export function follow(event: MouseEvent): void {
  if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  navigate((event.currentTarget as HTMLAnchorElement).pathname);
}
