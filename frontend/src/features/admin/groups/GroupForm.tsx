import { useSignal } from "@preact/signals";
import { t } from "../../../i18n";
import { Field } from "../../../ui/Field";
import { Problem } from "../../../ui/Problem";
import { useWork } from "../calls";
import { text as texts } from "./texts";

interface Props {
  /** As it is so far. */
  name: string;
  save: (name: string) => Promise<unknown>;
  saveLabel: string;
  onCancel?: () => void;
}

/** What a group is called. */
export function GroupForm({ name, save, saveLabel, onCancel }: Props) {
  const typed = useSignal(name);
  const { busy, error, run } = useWork();
  const told = error.value?.fields.find(({ field }) => field === "name")?.message;
  const isOfName = error.value?.code === "group_name_taken" || told;
  return (
    <form
      class="group-form"
      onSubmit={(event) => {
        event.preventDefault();
        void run(() => save(typed.value.trim()));
      }}
    >
      <Field
        label={texts().name}
        required
        autofocus={!name}
        autocomplete="off"
        maxLength={100}
        value={typed.value}
        error={isOfName ? (told ?? error.value!.text) : undefined}
        onValue={(value) => (typed.value = value)}
      />
      <Problem text={isOfName ? undefined : error.value?.text} />
      <div class="form-buttons">
        <button
          class={name ? "button" : "button primary"}
          disabled={busy.value || (!!name && typed.value.trim() === name)}
        >
          {saveLabel}
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
