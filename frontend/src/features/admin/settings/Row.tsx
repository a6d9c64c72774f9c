import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { Setting } from "../../../api/types";
import { t } from "../../../i18n";
import { FormButtons } from "../../../ui/FormButtons";
import { Problem } from "../../../ui/Problem";
import { notify } from "../../../ui/toasts";
import { tellFailure, useWork } from "../calls";
import { changeSettings, type Value } from "./settings";
import { text as texts } from "./texts";

interface Props {
  setting: Setting;
  /** What a value is called. */
  called: (value: Value) => string;
  /** What it is changed with; without `onValue` it only tells. */
  children: (value: Value, onValue: (value: Value) => void, error: string | undefined) => ComponentChildren;
  /** Null where a value may be kept; else what is wrong with it. */
  wrong?: (value: Value) => string | null;
}

/** One setting: its value, from where it is, and how it is changed. */
export function Row({ setting, called, children, wrong }: Props) {
  const text = texts();
  const { name, value, source, environment, default: usual } = setting;
  const typed = useSignal<Value>(value);
  const said = useSignal<string | undefined>(undefined);
  const { busy, error, run } = useWork();
  if (source === "environment")
    return (
      <div class="setting">
        {children(value, () => undefined, undefined)}
        <p class="note setting-fixed">
          <code>{`${name.toUpperCase()}=${environment}`}</code> {text.fixed}
        </p>
      </div>
    );
  const isChanged = typed.value !== value;
  const told = said.value ?? error.value?.fields.find(({ field }) => field === name)?.message;
  const problem = error.value?.code === "mail_not_configured" ? text.noMail : error.value?.text;
  const keep = async (wanted: Value) => {
    said.value = wrong?.(wanted) ?? undefined;
    if (said.value) return;
    const before = source === "stored" ? value : null;
    if (!(await run(() => changeSettings({ [name]: wanted })))) return;
    notify({ text: t().common.saved, about: `setting ${name}`, action: undo(before), undoes: true });
  };
  const undo = (before: Value) => ({
    label: t().common.undo,
    run: () => void changeSettings({ [name]: before }).catch(tellFailure),
  });
  return (
    <form
      class="setting"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void keep(typed.value);
      }}
    >
      {children(
        typed.value,
        (chosen) => {
          typed.value = chosen;
          said.value = undefined;
        },
        told,
      )}
      <Problem text={told ? undefined : problem} />
      {isChanged ? (
        <FormButtons
          busy={busy.value}
          onCancel={() => {
            typed.value = value;
            said.value = undefined;
            error.value = null;
          }}
        />
      ) : (
        source === "stored" &&
        value !== usual &&
        usual !== null && (
          <p class="note">
            {text.stored(called(usual))}{" "}
            <button type="button" class="link" disabled={busy.value} onClick={() => void keep(null)}>
              {text.toDefault}
            </button>
          </p>
        )
      )}
    </form>
  );
}
