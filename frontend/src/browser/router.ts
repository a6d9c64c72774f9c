/** Where the person is. */
import { computed, signal } from "@preact/signals";
import { routes } from "../routes";

const path = signal(location.pathname);
addEventListener("popstate", () => (path.value = location.pathname));

export type Route =
  | { page: "chat"; conversationId: number | null }
  | { page: Exclude<keyof typeof routes, "start" | "conversation"> };

const names = Object.keys(routes) as (keyof typeof routes)[];
const conversation = new RegExp(`^${routes.conversation.replace("{id}", "([1-9]\\d{0,18})")}$`);

export const route = computed<Route>(() => {
  const id = conversation.exec(path.value)?.[1];
  if (id) return { page: "chat", conversationId: Number(id) };
  const page = names.find((name) => routes[name] === path.value);
  if (!page || page === "start" || page === "conversation") return { page: "chat", conversationId: null };
  return { page };
});

export const currentId = computed(() => (route.value.page === "chat" ? route.value.conversationId : null));

export function navigate(to: string, { replace = false } = {}): void {
  if (to === path.value) return;
  history[replace ? "replaceState" : "pushState"](null, "", to);
  path.value = to;
}

/** To the login; whoever comes from there is where they were going. */
export function logInFirst(): void {
  history.replaceState({ wanted: path.value }, "", routes.login);
  path.value = routes.login;
}

export function leaveLogin(): void {
  const { page } = route.value;
  if (page !== "login" && page !== "register") return;
  const state = history.state as { wanted?: string } | null;
  navigate(state?.wanted ?? routes.start, { replace: true });
}

/** For links: keeps the browser's own behaviour for other buttons and modifier keys. */
export function follow(event: MouseEvent): void {
  if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  navigate((event.currentTarget as HTMLAnchorElement).pathname);
}
