/** The page's addresses. The server answers each with the page; a test holds its list and docs/api.md to this one. */
export const routes = {
  start: "/",
  conversation: "/c/{id}",
  settings: "/settings",
  section: "/settings/{section}",
  admin: "/administration",
  adminSection: "/administration/{section}",
  adminItem: "/administration/{section}/{id}",
  login: "/login",
  register: "/register",
  reset: "/reset",
  verify: "/verify",
  email: "/email",
} as const;

export function conversationAt(id: number): string {
  return routes.conversation.replace("{id}", String(id));
}

/** A page of the settings. */
export function sectionAt(name: string): string {
  return routes.section.replace("{section}", name);
}
