import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { patient } from "../../api/client";
import type { Passkey } from "../../api/types";
import { hasPasskeys } from "../../browser/webauthn";
import { t } from "../../i18n";
import { Problem } from "../../ui/Problem";
import { Section } from "../../ui/Section";
import { useAction } from "../../ui/useAction";
import { AddPasskey } from "./AddPasskey";
import { serverOptions } from "./account";
import { loadFactors } from "./factors";
import { factorText } from "./factorTexts";
import { PasskeyRow } from "./PasskeyRow";
import { passkeyText } from "./passkeyTexts";
import { RecoveryCodes } from "./RecoveryCodes";
import "../../ui/forms.css";
import "./factors.css";

const MOST = 20;

/** In the settings: the passkeys of the account, wherever the server or the person has any. */
export function Passkeys() {
  const text = passkeyText();
  const passkeys = useSignal<Passkey[] | undefined>(undefined);
  const adding = useSignal(false);
  const codes = useSignal<string[] | null>(null);
  const { error, run } = useAction();
  const load = () =>
    run(async () => {
      passkeys.value = (await patient("GET /auth/passkeys")).passkeys;
    });
  const renew = () => {
    void load();
    void loadFactors().catch(() => undefined); // it says so itself
  };
  useEffect(() => void load(), []);
  const all = passkeys.value;
  const canAdd = serverOptions.value?.passkeys && hasPasskeys();
  if (!canAdd && !all?.length) return null;
  const onAdded = (made: string[] | null) => {
    adding.value = false;
    codes.value = made;
    renew();
  };
  return (
    <Section title={text.title} lead={text.lead}>
      {!all && !error.value && <span class="skeleton row-skeleton" />}
      <Problem text={error.value?.text} />
      {!all && error.value && (
        <button class="button" onClick={() => void load()}>
          {t().common.retry}
        </button>
      )}
      {codes.value && (
        <RecoveryCodes codes={codes.value} done={factorText().kept} onDone={() => (codes.value = null)} />
      )}
      {!!all?.length && (
        <ul class="rows">
          {all.map((one) => (
            <PasskeyRow key={one.id} passkey={one} onChanged={renew} />
          ))}
        </ul>
      )}
      {all && canAdd && !codes.value && all.length >= MOST && <p class="note">{text.most(MOST)}</p>}
      {all && canAdd && !codes.value && all.length < MOST && !adding.value && (
        <button class="button" onClick={() => (adding.value = true)}>
          {text.add}
        </button>
      )}
      {adding.value && (
        <AddPasskey
          taken={all?.map(({ name }) => name) ?? []}
          onAdded={onAdded}
          onCancel={() => (adding.value = false)}
        />
      )}
    </Section>
  );
}
