/** The sections of the administration, in their order; each is loaded when it is opened. */
import type { ComponentType } from "preact";
import { type Lazy, part } from "../../browser/lazy";
import type { SectionName } from "./texts";

interface Section {
  /** In its address, and of its title in the texts. */
  name: SectionName;
  /** Draws the section, or the one thing in it that is looked at, in a `Place`. */
  load: Lazy<ComponentType<{ id: number | null }>>;
}

export const sections: Section[] = [
  { name: "overview", load: part(async () => (await import("./overview/Overview")).Overview) },
  { name: "users", load: part(async () => (await import("./users/Users")).Users) },
  { name: "invites", load: part(async () => (await import("./invites/Invites")).Invites) },
  { name: "groups", load: part(async () => (await import("./groups/Groups")).Groups) },
  { name: "connections", load: part(async () => (await import("./connections/Connections")).Connections) },
  { name: "caps", load: part(async () => (await import("./caps/Caps")).Caps) },
  { name: "usage", load: part(async () => (await import("./usage/Usage")).Usage) },
  { name: "audit", load: part(async () => (await import("./audit/Audit")).Audit) },
  { name: "settings", load: part(async () => (await import("./settings/Settings")).Settings) },
];
