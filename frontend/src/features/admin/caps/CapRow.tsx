import type { AdminCap } from "../../../api/types";
import { locale } from "../../../browser/preferences";
import { t } from "../../../i18n";
import { Facts } from "../../../ui/Facts";
import { IconButton } from "../../../ui/IconButton";
import { notify } from "../../../ui/toasts";
import { text as usageTexts } from "../../usage/capPageTexts";
import { amountOf, anew, limitOf } from "../../usage/capTexts";
import { dollars, whole } from "../../usage/money";
import { tellFailure } from "../calls";
import { addCap, asSet, removeCap } from "./caps";
import { text as texts } from "./texts";

/** A limit: how much, whose, on what, and how much of it is used. It can be taken away, and that taken back. */
export function CapRow({ cap }: { cap: AdminCap }) {
  const text = texts();
  const limit = limitOf(cap);
  const remove = async () => {
    await removeCap(cap.id);
    const undo = () => void addCap(asSet(cap)).catch(tellFailure);
    notify({ text: usageTexts().removed(limit), action: { label: t().common.undo, run: undo }, undoes: true });
  };
  const { used, amount, unit, warn_percent } = cap;
  return (
    <li>
      <div class="cap">
        <strong>
          {limit} · <bdi>{whose(cap)}</bdi>
        </strong>
        <small>
          <bdi>{onWhat(cap)}</bdi> · {text.warns(warn_percent)}
        </small>
        {used !== null && (
          <span class={meter(cap)} aria-hidden="true">
            <i style={{ width: `${amount ? Math.min(used / amount, 1) * 100 : 100}%` }} />
          </span>
        )}
        <small>
          <Facts
            of={[
              used === null
                ? text.ofEach
                : text.used(
                    unit === "nano_usd" ? dollars(used, locale.value) : whole(used, locale.value),
                    amountOf(amount, unit),
                  ),
              anew(cap),
            ]}
          />
        </small>
      </div>
      <IconButton
        icon="trash"
        label={usageTexts().remove(`${limit}, ${whose(cap)}, ${onWhat(cap)}`)}
        onClick={() => void remove().catch(tellFailure)}
      />
    </li>
  );
}

function whose({ scope, user, group }: AdminCap): string {
  const { scopes, forGroup } = texts();
  if (scope === "group") return forGroup(group?.name ?? "");
  return scope === "everyone" ? scopes.everyone : (user?.username ?? scopes.each);
}

function onWhat({ connection, model }: AdminCap): string {
  const text = texts();
  if (!connection) return text.onAll;
  return model ? text.onModel(model.name, connection.label) : text.onConnection(connection.label);
}

function meter({ used, amount, warn_percent }: AdminCap): string {
  if ((used ?? 0) >= amount) return "meter full";
  return (used ?? 0) * 100 >= amount * warn_percent ? "meter near" : "meter";
}
