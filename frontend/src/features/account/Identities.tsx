import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { patient } from "../../api/client";
import type { Identity } from "../../api/types";
import { locale } from "../../browser/preferences";
import { t } from "../../i18n";
import { Facts } from "../../ui/Facts";
import { Problem } from "../../ui/Problem";
import { Section } from "../../ui/Section";
import { notify } from "../../ui/toasts";
import { useAction } from "../../ui/useAction";
import { dayOf } from "../../ui/when";
import { serverOptions } from "./account";
import { goAway } from "./away";
import { linked } from "./factors";
import { surely } from "./fresh";
import { identityText } from "./identityTexts";
import { Sure } from "./Sure";
import "../../ui/forms.css";
import "./factors.css";

/** In the settings: accounts elsewhere that open this one, wherever the server or the person has any. */
export function Identities() {
  const text = identityText();
  const identities = useSignal<Identity[] | undefined>(undefined);
  const { busy, error, run } = useAction();
  const load = () =>
    run(async () => {
      identities.value = (await patient("GET /auth/identities")).identities;
      linked.value = identities.value.filter(({ provider }) => provider !== null).length;
    });
  useEffect(() => void load(), []);
  const all = identities.value;
  const { providers = [] } = serverOptions.value ?? {};
  if (!providers.length && !all?.length) return null;
  const link = (provider: string) =>
    run(async () => {
      const { url } = await surely("POST /auth/identities", { body: { provider, return_to: goAway() } });
      location.assign(url);
    });
  const unlinked = providers.filter(({ slug }) => !all?.some(({ provider }) => provider === slug));
  return (
    <Section title={text.title} lead={text.lead}>
      {!all && !error.value && <span class="skeleton row-skeleton" />}
      {!!all?.length && (
        <ul class="rows">
          {all.map((one) => (
            <Linked key={one.id} identity={one} onUnlinked={() => void load()} />
          ))}
        </ul>
      )}
      {all?.length === 0 && <p class="note">{text.none}</p>}
      <Problem text={error.value?.text} />
      {!all && error.value && (
        <button class="button" onClick={() => void load()}>
          {t().common.retry}
        </button>
      )}
      {all && unlinked.length > 0 && (
        <div class="form-buttons">
          {unlinked.map(({ slug, label }) => (
            <button key={slug} class="button" disabled={busy.value} onClick={() => void link(slug)}>
              {text.link(label)}
            </button>
          ))}
        </div>
      )}
    </Section>
  );
}

function Linked({ identity, onUnlinked }: { identity: Identity; onUnlinked: () => void }) {
  const text = identityText();
  const doing = useSignal<"unlink" | null>(null);
  const { id, label, provider, created_at, last_login_at } = identity;
  const unlink = async () => {
    await surely("DELETE /auth/identities/{id}", { params: { id } });
    notify({ text: text.unlinked(label) });
    onUnlinked();
  };
  return (
    <li class={doing.value ? "factor-open" : "factor-row"}>
      <div>
        <strong>
          <bdi>{label}</bdi>
        </strong>
        <small>
          <Facts
            of={[
              text.linkedOn(dayOf(created_at, locale.value)),
              last_login_at !== null && text.used(dayOf(last_login_at, locale.value)),
              provider === null && text.gone,
            ]}
          />
        </small>
      </div>
      {doing.value ? (
        <Sure
          lead={text.unlinkLead(label)}
          label={text.unlink}
          work={unlink}
          onEnd={() => (doing.value = null)}
          isBad
        />
      ) : (
        <button class="button" aria-label={text.unlinkOne(label)} onClick={() => (doing.value = "unlink")}>
          {text.unlink}
        </button>
      )}
    </li>
  );
}
