import { useSignal } from "@preact/signals";
import { t } from "../../../i18n";
import { Section } from "../../../ui/Section";
import { notify } from "../../../ui/toasts";
import { Confirm } from "../Confirm";
import { tellFailure } from "../calls";
import type { UserPart } from "./parts";
import { text as texts } from "./texts";
import { remove, restore } from "./users";

/** The end of an account, which can be taken back for some days. */
export function Removal({ user: { id, username }, learn }: UserPart) {
  const text = texts();
  const asking = useSignal(false);
  const undo = async () => learn(await restore(id));
  const removeIt = async () => {
    const left = await remove(id);
    notify({
      text: text.removed(username),
      action: { label: t().common.undo, run: () => void undo().catch(tellFailure) },
      undoes: true,
    });
    learn(left);
  };
  return (
    <Section title={text.removeTitle} lead={text.removeLead}>
      {asking.value ? (
        <Confirm
          label={text.removeTitle}
          lead={text.removeAsk(username)}
          sure={text.removeSure}
          work={removeIt}
          onCancel={() => (asking.value = false)}
        />
      ) : (
        <button class="button danger" onClick={() => (asking.value = true)}>
          {text.remove}…
        </button>
      )}
    </Section>
  );
}
