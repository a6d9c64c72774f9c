import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, patient } from "../../api/client";
import type { Factors, TotpBegun } from "../../api/types";
import { t } from "../../i18n";
import { CopyButton } from "../../ui/CopyButton";
import { Problem } from "../../ui/Problem";
import { Section } from "../../ui/Section";
import { notify } from "../../ui/toasts";
import { useAction } from "../../ui/useAction";
import { factorText } from "./factorTexts";
import { GivenCode, NO_CODE } from "./GivenCode";
import { RecoveryCodes } from "./RecoveryCodes";
import { useAgain } from "./useAgain";
import "../../ui/forms.css";
import "./factors.css";

/** In the settings: whether logins ask for a code, and how that is changed. */
export function TwoStep() {
  const text = factorText();
  const factors = useSignal<Factors | undefined>(undefined);
  const codes = useSignal<string[] | null>(null);
  const { error, run } = useAction();
  const load = () =>
    run(async () => {
      factors.value = await patient("GET /auth/factors");
    });
  useEffect(() => void load(), []);
  const onCodes = (made: string[]) => {
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
      {!codes.value && factors.value && !factors.value.totp && <SetUp onCodes={onCodes} />}
      {!codes.value && factors.value?.totp && (
        <TurnedOn left={factors.value.recovery_codes_left} onCodes={onCodes} onOff={() => void load()} />
      )}
    </Section>
  );
}

/** A picture for the app, and a code back from it. */
export function SetUp({ onCodes }: { onCodes: (codes: string[]) => void }) {
  const text = factorText();
  const begun = useSignal<TotpBegun | null>(null);
  const again = useAgain();
  const { busy, error, run } = useAction();
  const begin = async (event: Event) => {
    event.preventDefault();
    await run(async () => {
      await again.before();
      begun.value = await api("POST /auth/totp");
    });
    again.after(error.value);
  };
  if (begun.value) return <Confirm begun={begun.value} onCodes={onCodes} onCancel={() => (begun.value = null)} />;
  return (
    <form onSubmit={(event) => void begin(event)}>
      {again.fields(error.value)}
      <Problem text={again.isSaid(error.value) ? undefined : error.value?.text} />
      <button class="button" disabled={busy.value}>
        {text.setUp}
      </button>
    </form>
  );
}

interface ConfirmProps {
  begun: TotpBegun;
  onCodes: (codes: string[]) => void;
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

interface TurnedOnProps {
  left: number;
  onCodes: (codes: string[]) => void;
  onOff: () => void;
}

function TurnedOn({ left, onCodes, onOff }: TurnedOnProps) {
  const text = factorText();
  const doing = useSignal<"renew" | "off" | null>(null);
  const renew = async () => onCodes((await api("POST /auth/recovery-codes")).recovery_codes);
  const turnOff = async () => {
    await api("DELETE /auth/totp");
    notify({ text: text.turnedOff });
    onOff();
  };
  return (
    <>
      <p>
        {text.on} <span class={left > 2 ? "lead" : ""}>{text.left(left)}</span>
      </p>
      {doing.value === "renew" && <Sure lead={text.newConfirm} label={text.makeNew} work={renew} doing={doing} />}
      {doing.value === "off" && <Sure lead={text.offConfirm} label={text.turnOff} work={turnOff} doing={doing} isBad />}
      {!doing.value && (
        <div class="form-buttons">
          <button class="button" onClick={() => (doing.value = "renew")}>
            {text.newCodes}…
          </button>
          <button class="button danger" onClick={() => (doing.value = "off")}>
            {text.turnOff}…
          </button>
        </div>
      )}
    </>
  );
}

interface SureProps {
  lead: string;
  label: string;
  work: () => Promise<void>;
  doing: Signal<unknown>;
  isBad?: boolean;
}

/** Asked in its place, with the password where the login is not fresh. */
function Sure({ lead, label, work, doing, isBad }: SureProps) {
  const again = useAgain();
  const { busy, error, run } = useAction();
  const submit = async (event: Event) => {
    event.preventDefault();
    const isDone = await run(async () => {
      await again.before();
      await work();
    });
    if (isDone) doing.value = null;
    else again.after(error.value);
  };
  return (
    <form class="factor" onSubmit={(event) => void submit(event)}>
      <p>{lead}</p>
      {again.fields(error.value)}
      <Problem text={again.isSaid(error.value) ? undefined : error.value?.text} />
      <div class="form-buttons">
        <button type="button" class="button" autofocus onClick={() => (doing.value = null)}>
          {t().common.cancel}
        </button>
        <button class={isBad ? "button danger" : "button primary"} disabled={busy.value}>
          {label}
        </button>
      </div>
    </form>
  );
}

/** In fours, as people read it aloud. */
function grouped(secret: string): string {
  return secret.replace(/.{4}(?=.)/g, "$& ");
}
