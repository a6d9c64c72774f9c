import type { ComponentChildren } from "preact";
import type { SharePreview } from "../../api/schema";
import type { Share } from "../../api/types";
import { locale } from "../../browser/preferences";
import { Facts } from "../../ui/Facts";
import { Icon } from "../../ui/Icon";
import { MenuButton } from "../../ui/MenuButton";
import { tell } from "../../ui/toasts";
import { useAction } from "../../ui/useAction";
import { account } from "../account/account";
import { dayOf } from "./days";
import { endsWith } from "./ends";
import { changeEnd, endLink, updateLink } from "./links";
import { Shows } from "./Shows";
import { text as texts } from "./texts";

interface Props {
  share: Share;
  /** What it is called here: by its title, or in the dialog of its conversation by its day. */
  name: ComponentChildren;
  facts: (string | false)[];
  /** Where it is known what could be left out. */
  preview?: SharePreview;
  /** What it is by now; null: it has ended. */
  onChange: (now: Share | null) => void;
}

/** A link: who has seen it, until when, and the ways to change that. */
export function LinkRow({ share, name, facts, preview, onChange }: Props) {
  const text = texts();
  const { busy, run } = useAction();
  const does = (work: () => Promise<Share | null>) => void run(() => work().then(onChange).catch(tell));
  const { expires_at, title, outdated } = share;
  const ends = expires_at ? text.until(dayOf(expires_at, locale.value)) : text.untilEnded;
  const endings = endsWith(account.value?.shares_expire_days ?? 30).map((end) => ({
    label: text.endsIn(end),
    run: () => does(() => changeEnd(share, end)),
  }));
  return (
    <li class="link-row">
      <div>
        <strong dir="auto">{name}</strong>
        <small>
          <Facts of={[...facts, text.views(share.views), ends]} />
        </small>
        {outdated && <small class="link-outdated">{text.outdated}</small>}
      </div>
      <span class="link-ways">
        {outdated && (
          <button
            class="button"
            disabled={busy.value}
            aria-label={text.updateThis(title)}
            onClick={() => does(() => updateLink(share))}
          >
            {text.update}
          </button>
        )}
        <MenuButton class="button" label={text.changeEnd(title)} align="end" sections={() => [{ entries: endings }]}>
          {text.ends}
          <Icon name="open" />
        </MenuButton>
        <button
          class="button"
          disabled={busy.value}
          aria-label={text.endThis(title)}
          onClick={() => does(() => endLink(share).then(() => null))}
        >
          {text.end}
        </button>
      </span>
      {preview && <Shows share={share} preview={preview} onChange={onChange} />}
    </li>
  );
}
