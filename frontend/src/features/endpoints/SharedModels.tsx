import { t } from "../../i18n";
import { Facts } from "../../ui/Facts";
import { Icon } from "../../ui/Icon";
import { tell } from "../../ui/toasts";
import { account } from "../account/account";
import { text as texts } from "./connectionTexts";
import { text as menuTexts } from "./menuTexts";
import { beginning, beginWith, isServers, models, nameOf } from "./models";

/** What the operator shares, among the rows of connections: nothing in it is the person's to change. */
export function SharedModels() {
  const text = texts();
  const shared = models.value?.filter(({ connection }) => connection.shared) ?? [];
  const own = shared.find(isServers);
  const labels = new Set(shared.map(({ connection }) => connection.label).filter(Boolean));
  const { default_model_is_demo, default_model_left: left, default_model_daily: daily } = account.value ?? {};
  return (
    <>
      {[...labels].map((label) => (
        <li key={label}>
          <div>
            <strong>{label}</strong>
            <small>
              {text.shared} · {text.count(shared.filter(({ connection }) => connection.label === label).length)}
            </small>
          </div>
        </li>
      ))}
      {own && (
        <li>
          <div>
            <strong>{menuTexts().server}</strong>
            <small>
              <Facts
                of={[
                  nameOf(own),
                  default_model_is_demo && text.demo,
                  left != null && daily != null && t().list.left(left, daily),
                ]}
              />
            </small>
          </div>
          {beginning.value?.id === own.id ? (
            <span class="chosen">
              <Icon name="check" /> {text.chosen}
            </span>
          ) : (
            <button class="button" onClick={() => void beginWith(own).catch(tell)}>
              {text.useServer}
            </button>
          )}
        </li>
      )}
    </>
  );
}
