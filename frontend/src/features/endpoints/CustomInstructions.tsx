import { useSignal } from "@preact/signals";
import { t } from "../../i18n";
import { Problem } from "../../ui/Problem";
import { Section } from "../../ui/Section";
import { TextBox } from "../../ui/TextBox";
import { notify } from "../../ui/toasts";
import { useAction } from "../../ui/useAction";
import { account } from "../account/account";
import { changeAccount } from "./models";
import { text as texts } from "./presetTexts";

const MOST_CHARACTERS = 16_000;

/** What every model is told first. */
export function CustomInstructions() {
  const text = texts();
  const saved = account.value?.custom_instructions ?? "";
  const value = useSignal(saved);
  const { busy, error, run } = useAction();
  const tooLong = value.value.length > MOST_CHARACTERS;
  const save = async () => {
    const custom_instructions = value.value.trim() || null;
    if (await run(() => changeAccount({ custom_instructions }))) notify({ text: t().common.saved });
  };
  return (
    <Section title={text.custom} lead={text.customLead}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <TextBox
          label={text.prompt}
          placeholder={text.customPlaceholder}
          value={value.value}
          onValue={(typed) => (value.value = typed)}
        />
        <Problem text={tooLong ? text.tooLong(value.value.length) : error.value?.text} />
        {value.value.trim() !== saved && (
          <button class="button primary" disabled={busy.value || tooLong}>
            {t().common.save}
          </button>
        )}
      </form>
    </Section>
  );
}
