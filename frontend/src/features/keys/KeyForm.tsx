import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Key, KeyCreated } from "../../api/types";
import { locale } from "../../browser/preferences";
import { t } from "../../i18n";
import { Choice } from "../../ui/Choice";
import { Field } from "../../ui/Field";
import { Problem } from "../../ui/Problem";
import { notify } from "../../ui/toasts";
import { useAction } from "../../ui/useAction";
import { dayOf } from "../sharing/days";
import { timeOf } from "../sharing/ends";
import { KeyLimit } from "./KeyLimit";
import { KeyModels } from "./KeyModels";
import { KeyScopes } from "./KeyScopes";
import { changeKey, makeKey } from "./keys";
import { text as texts } from "./texts";
import { changesOf, ENDS, isOver, type TypedKey, termsOf, typedKey, type WrongKey } from "./typedKey";

interface Props {
  /** The one that is changed; else a new one is made. */
  saved?: Key;
  onDone: (made?: KeyCreated) => void;
  onCancel: () => void;
}

/** What a key may be used for, and until when. */
export function KeyForm({ saved, onDone, onCancel }: Props) {
  const text = texts();
  const typed = useSignal<TypedKey>(typedKey(saved));
  const wrong = useSignal<WrongKey>({});
  const { busy, error, run } = useAction();
  const form = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => form.current!.querySelector("input")!.focus(), []);
  useLayoutEffect(() => form.current!.querySelector(".note.bad")?.scrollIntoView({ block: "nearest" }), [wrong.value]);
  const change = (what: Partial<TypedKey>) => {
    typed.value = { ...typed.value, ...what };
    wrong.value = {};
  };
  const save = async () => {
    const { terms, wrong: found } = termsOf(typed.value, saved, Date.now());
    wrong.value = found;
    if (!terms) return;
    const keep = async () => {
      if (!saved) return onDone(await makeKey(terms));
      await changeKey(saved, changesOf(saved, terms));
      notify({ text: text.changed(terms.name) });
      onDone();
    };
    await run(keep);
  };
  const { name, until, models, scopes } = typed.value;
  const ends = until === "kept" ? saved!.expires_at : timeOf(until, Date.now());
  const told = (of: string) => error.value?.fields.find(({ field }) => field === of)?.message;
  const isSaid = told("name") || told("cap.amount");
  return (
    <form
      ref={form}
      class="key-form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Field
        label={text.name}
        hint={text.nameHint}
        required
        maxLength={100}
        autocomplete="off"
        error={told("name")}
        value={name}
        onValue={(value) => change({ name: value })}
      />
      <div class="key-choice">
        <Choice
          label={text.until}
          value={until}
          options={(saved ? (["kept", ...ENDS] as const) : ENDS).map((end) => [end, text.ends(end)])}
          onChange={(value) => change({ until: value })}
        />
        <p class="note">{untilIn(ends)}</p>
      </div>
      <KeyModels
        chosen={models}
        isWrong={wrong.value.models === true}
        onChange={(chosen) => change({ models: chosen })}
      />
      <KeyScopes
        chosen={scopes}
        isWrong={wrong.value.scopes === true}
        onChange={(chosen) => change({ scopes: chosen })}
      />
      <KeyLimit typed={typed.value} wrong={wrong.value.amount} told={told("cap.amount")} onChange={change} />
      <Problem text={isSaid ? undefined : error.value?.text} />
      <div class="form-buttons">
        <button class="button primary" disabled={busy.value}>
          {saved ? t().common.save : text.make}
        </button>
        <button type="button" class="button" onClick={onCancel}>
          {t().common.cancel}
        </button>
      </div>
    </form>
  );
}

function untilIn(end: string | null): string {
  const text = texts();
  if (!end) return text.untilRevoked;
  return (isOver(end) ? text.untilPast : text.untilDay)(dayOf(end, locale.value));
}
