import { Icon } from "../../ui/Icon";
import type { SectionName } from "./texts";

/** Drawn as those of the whole page are, which need not load these. */
const paths: Partial<Record<SectionName, string>> = {
  overview: "M3.5 3.5H9V9H3.5zM11 3.5h5.5V9H11zM3.5 11H9v5.5H3.5zM11 11h5.5v5.5H11z",
  invites: "M3 5h14v10.5H3zM3.5 5.5 10 11l6.5-5.5",
  groups:
    "M7.5 4a3 3 0 1 1 0 6 3 3 0 0 1 0-6ZM2 16c.5-2.4 2.6-3.6 5.5-3.6S12.5 13.6 13 16M13.2 4.3a3 3 0 0 1 0 5.5M15 12.6c1.7.5 2.7 1.7 3 3.4",
  connections: "M7 3v4M13 3v4M5 7h10v2.5a5 5 0 0 1-10 0zM10 14.5V17.5",
  caps: "M4 15.5a7.5 7.5 0 1 1 12 0M10 11l3.5-4",
};

const shared = { users: "person", usage: "usage", audit: "shield", settings: "settings" } as const;

export function SectionIcon({ of }: { of: SectionName }) {
  const path = paths[of];
  if (!path) return <Icon name={shared[of as keyof typeof shared]} />;
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}
