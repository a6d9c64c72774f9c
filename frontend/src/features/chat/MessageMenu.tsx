import type { Message } from "../../api/types";
import { part } from "../../browser/lazy";
import { t } from "../../i18n";
import { Icon } from "../../ui/Icon";
import { MenuButton } from "../../ui/MenuButton";

const menu = part(() => import("./messageEntries"));

/** ⋯ under a message. */
export function MessageMenu({ message }: { message: Message }) {
  return (
    <MenuButton
      class="icon-button"
      label={t().thread.more}
      sections={() => menu()?.sections(message)}
      onNear={menu.warm}
    >
      <Icon name="more" />
    </MenuButton>
  );
}
