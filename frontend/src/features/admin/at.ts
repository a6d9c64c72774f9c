/** Where in the administration somebody is, and the addresses of its places. */
import { computed } from "@preact/signals";
import { below, route } from "../../browser/router";
import { routes } from "../../routes";
import type { SectionName } from "./texts";

/** The section by its name in the address, and what of it is looked at; null: the list of sections, or all of one. */
export const at = computed(() => {
  const [name = null, item = ""] = below.value.slice(routes.admin.length + 1).split("/");
  return { section: name || null, id: /^[1-9]\d{0,15}$/.test(item) ? Number(item) : null };
});

/** The settings lie over it: they have a title of their own. */
export const isCovered = computed(() => route.value.page === "settings");

/** A section, or one of the things in it. */
export function placeOf(section: SectionName, id?: number): string {
  if (id === undefined) return routes.adminSection.replace("{section}", section);
  return routes.adminItem.replace("{section}", section).replace("{id}", String(id));
}
