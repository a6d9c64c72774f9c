import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { KeyCreated } from "../../api/types";
import { t } from "../../i18n";
import { Problem } from "../../ui/Problem";
import { Section } from "../../ui/Section";
import { useAction } from "../../ui/useAction";
import { KeyForm } from "./KeyForm";
import { KeyRow } from "./KeyRow";
import { keys, loadKeys } from "./keys";
import { MadeKey } from "./MadeKey";
import { text as texts } from "./texts";
import { UseKey } from "./UseKey";
import "../../ui/forms.css";
import "./keys.css";

const MOST = 50;

/** Keys of one's own for other programs, and how those use one. */
export function ApiKeys() {
  const text = texts();
  const adding = useSignal(false);
  const made = useSignal<KeyCreated | null>(null);
  const { error, run } = useAction();
  useEffect(() => void run(loadKeys), []);
  const all = keys.value;
  const isGone = !all?.some(({ id }) => id === made.value?.id); // revoked meanwhile
  const shown = isGone ? null : made.value;
  const makeOne = () => {
    made.value = null;
    adding.value = true;
  };
  const onDone = (key?: KeyCreated) => {
    adding.value = false;
    made.value = key ?? null;
  };
  return (
    <>
      <Section lead={text.lead}>
        {error.value && (
          <div class="key-failed">
            <Problem text={error.value.text} />
            <button class="button" onClick={() => void run(loadKeys)}>
              {t().common.retry}
            </button>
          </div>
        )}
        {!all && !error.value && <span class="skeleton row-skeleton" />}
        {all && all.length > 0 && (
          <ul class="rows">
            {all.map((key) => (
              <KeyRow key={key.id} saved={key} />
            ))}
          </ul>
        )}
        {all?.length === 0 && !adding.value && <p class="lead">{text.none}</p>}
        {shown && <MadeKey key={shown.id} made={shown} onClose={() => onDone()} />}
        {adding.value && <KeyForm onDone={onDone} onCancel={() => onDone()} />}
        {all &&
          !adding.value &&
          !shown &&
          (all.length < MOST ? (
            <button class="button primary" onClick={makeOne}>
              {text.add}
            </button>
          ) : (
            <p class="note">{text.most(MOST)}</p>
          ))}
      </Section>
      <UseKey made={shown} />
    </>
  );
}
