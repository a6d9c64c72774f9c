import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../../i18n";
import { Field } from "../../ui/Field";
import { Problem } from "../../ui/Problem";
import { notify } from "../../ui/toasts";
import { useAction } from "../../ui/useAction";
import { suggestedName } from "./device";
import { addPasskey } from "./passkeyCalls";
import { passkeyText } from "./passkeyTexts";

interface Props {
  /** What others are called. */
  taken: string[];
  /** With recovery codes, where it is the first second factor. */
  onAdded: (codes: string[] | null) => void;
  onCancel?: () => void;
}

/** What it is called; the rest is the browser's. */
export function AddPasskey({ taken, onAdded, onCancel }: Props) {
  const text = passkeyText();
  const name = useSignal(suggestedName(navigator.userAgent, taken));
  const { busy, error, run } = useAction();
  const form = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => {
    const field = form.current!.querySelector("input")!;
    field.focus();
    field.select();
  }, []);
  const told = error.value?.fields.find(({ field }) => field === "name")?.message;
  const add = async (event: Event) => {
    event.preventDefault();
    const called = name.value.trim();
    let codes: string[] | null = null;
    const isDone = await run(async () => {
      codes = await addPasskey(called);
    });
    if (!isDone) return;
    if (!codes) notify({ text: text.added(called) }); // what is to be kept lies under nothing
    onAdded(codes);
  };
  return (
    <form ref={form} onSubmit={(event) => void add(event)}>
      <Field
        label={text.name}
        hint={text.nameHint}
        required
        maxLength={80}
        autocomplete="off"
        error={told && text.wrong(told)}
        value={name.value}
        onValue={(value) => (name.value = value)}
      />
      <Problem text={told ? undefined : error.value?.text} />
      <div class="form-buttons">
        <button class="button primary" disabled={busy.value}>
          {text.make}
        </button>
        {onCancel && (
          <button type="button" class="button" onClick={onCancel}>
            {t().common.cancel}
          </button>
        )}
      </div>
    </form>
  );
}
