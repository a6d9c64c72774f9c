import { isTouch } from "../../browser/preferences";
import { t } from "../../i18n";
import { Icon } from "../../ui/Icon";
import type { Entry } from "../../ui/Menu";
import { MenuButton } from "../../ui/MenuButton";
import { keysOf } from "../../ui/shortcuts";
import type { Place } from "./drafts";
import { pickFiles, type Source, tray } from "./files";

/** What can be added to the message that is written there. */
export function AddButton({ place }: { place: Place }) {
  const entry = (source: Source, icon: Entry["icon"], keys?: string): Entry => ({
    label: t().composer[source],
    icon,
    keys,
    run: () => pickFiles(place, source),
  });
  const files = entry("files", "file", typeof place === "string" ? undefined : keysOf("attach"));
  const photos = entry("photos", "image");
  const entries = isTouch() ? [entry("camera", "camera"), photos, files] : [files, photos];
  return (
    <MenuButton
      class="icon-button add-button"
      label={t().composer.add}
      sections={() => [{ entries, tiles: isTouch() }]}
      onNear={tray.warm}
    >
      <Icon name="plus" />
    </MenuButton>
  );
}
