import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api } from "../../api/client";
import type { Factors, TotpBegun } from "../../api/types";
import { t } from "../../i18n";
import { CopyButton } from "../../ui/CopyButton";
import { Problem } from "../../ui/Problem";
import { Section } from "../../ui/Section";
import { notify } from "../../ui/toasts";
import { useAction } from "../../ui/useAction";
import { factors, loadFactors } from "./factors";
import { factorText } from "./factorTexts";
import { surely } from "./fresh";
import { GivenCode, NO_CODE } from "./GivenCode";
import { RecoveryCodes } from "./RecoveryCodes";
import { Sure } from "./Sure";
import "../../ui/forms.css";
import "./factors.css";

/** In the settings: whether logins ask for a code, and how that is changed. */
export function TwoStep() {
  const text = factorText();
  const codes = useSignal<string[] | null>(null);
  const { error, run } = useAction();
  const load = () => run(loadFactors);
  useEffect(() => void load(), []);
  const onCodes = (made: string[] | null) => {
    codes.value = made;
    void load();
  };
  const onKept = () => (codes.value = null);
  return (
    <Section title={text.title} lead={text.lead}>
      {!factors.value && !error.value && <span class="skeleton row-skeleton" />}
      <Problem text={error.value?.text} />
      {!factors.value && error.value && (
        <button class="button" onClick={() => void load()}>
          {t().common.retry}
        </button>
      )}
      {codes.value && <RecoveryCodes codes={codes.value} done={text.kept} onDone={onKept} />}
      {!codes.value && factors.value && <Ways has={factors.value} onCodes={onCodes} onOff={() => void load()} />}
    </Section>
  );
}

/** A picture for the app, and a code back from it. */
export function SetUp({ label, onCodes }: { label?: string; onCodes: (codes: string[] | null) => void }) {
  const text = factorText();
  const begun = useSignal<TotpBegun | null>(null);
  const { busy, error, run } = useAction();
  const begin = () =>
    run(async () => {
      begun.value = await surely("POST /auth/totp");
    });
  if (begun.value) return <Confirm begun={begun.value} onCodes={onCodes} onCancel={() => (begun.value = null)} />;
  return (
    <>
      <Problem text={error.value?.text} />
      <button class="button" disabled={busy.value} onClick={() => void begin()}>
        {label ?? text.setUp}
      </button>
    </>
  );
}

interface ConfirmProps {
  begun: TotpBegun;
  onCodes: (codes: string[] | null) => void;
  onCancel: () => void;
}

function Confirm({ begun, onCodes, onCancel }: ConfirmProps) {
  const text = factorText();
  const given = useSignal(NO_CODE);
  const { busy, error, run } = useAction();
  const isWrong = error.value?.code === "wrong_code";
  const confirm = async (event: Event) => {
    event.preventDefault();
    const body = { code: given.value.value };
    await run(async () => onCodes((await api("POST /auth/totp/confirm", { body })).recovery_codes));
  };
  return (
    <form class="factor" onSubmit={(event) => void confirm(event)}>
      <p class="note">{text.scan}</p>
      <svg class="factor-qr" role="img" aria-label={text.qr} viewBox={`0 0 ${begun.qr.size} ${begun.qr.size}`}>
        <path d={begun.qr.path} />
      </svg>
      <p class="note">{text.bySecret}</p>
      <p class="factor-secret">
        <code dir="ltr">{grouped(begun.secret)}</code>
        <CopyButton text={() => begun.secret} label={text.copySecret} />
      </p>
      <GivenCode given={given} failure={error.value} only />
      <Problem text={isWrong ? undefined : error.value?.text} />
      <div class="form-buttons">
        <button class="button primary" disabled={busy.value}>
          {text.confirm}
        </button>
        <button type="button" class="button" onClick={onCancel}>
          {t().common.cancel}
        </button>
      </div>
    </form>
  );
}

interface WaysProps {
  has: Factors;
  onCodes: (codes: string[] | null) => void;
  onOff: () => void;
}

/** An app, passkeys, or both; recovery codes stand for either. */
function Ways({ has, onCodes, onOff }: WaysProps) {
  const text = factorText();
  const doing = useSignal<"renew" | "off" | "setUp" | null>(null);
  const { totp, passkeys, recovery_codes_left: left } = has;
  if (!totp && !passkeys) return <SetUp onCodes={onCodes} />;
  const renew = async () => onCodes((await surely("POST /auth/recovery-codes")).recovery_codes);
  const turnOff = async () => {
    await surely("DELETE /auth/totp");
    notify({ text: passkeys ? text.appOff : text.turnedOff });
    onOff();
  };
  return (
    <>
      <p>
        {totp ? text.on : text.onByPasskey} <span class={left > 2 ? "lead" : ""}>{text.left(left)}</span>
      </p>
      {doing.value === "renew" && (
        <Sure lead={text.newConfirm} label={text.makeNew} work={renew} onEnd={() => (doing.value = null)} />
      )}
      {doing.value === "off" && (
        <Sure
          lead={passkeys ? text.appOffConfirm : text.offConfirm}
          label={text.turnOff}
          work={turnOff}
          onEnd={() => (doing.value = null)}
          isBad
        />
      )}
      {!doing.value && (
        <div class="form-buttons">
          <button class="button" onClick={() => (doing.value = "renew")}>
            {text.newCodes}…
          </button>
          {totp && (
            <button class="button danger" onClick={() => (doing.value = "off")}>
              {text.turnOff}…
            </button>
          )}
        </div>
      )}
      {!totp && !doing.value && <SetUp label={text.addApp} onCodes={onCodes} />}
    </>
  );
}

/** In fours, as people read it aloud. */
function grouped(secret: string): string {
  return secret.replace(/.{4}(?=.)/g, "$& ");
}
