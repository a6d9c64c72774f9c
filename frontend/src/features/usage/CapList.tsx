import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Cap } from "../../api/types";
import { t } from "../../i18n";
import { IconButton } from "../../ui/IconButton";
import { Problem } from "../../ui/Problem";
import { Section } from "../../ui/Section";
import { notify, tell } from "../../ui/toasts";
import { useAction } from "../../ui/useAction";
import { CapForm } from "./CapForm";
import { text as texts } from "./capPageTexts";
import { caps, changeCaps, isOwn, loadCaps } from "./caps";
import { amountOf, anew, limitOf } from "./capTexts";
import { asSet, without } from "./typedCap";
import "./caps.css";

const MOST_OWN = 20;

/** The limits that a person is under; their own can be added and removed. */
export function CapList() {
  const text = texts();
  const adding = useSignal(false);
  const { error, run } = useAction();
  useEffect(() => void run(loadCaps), []);
  const all = caps.value;
  const own = all?.filter(isOwn) ?? [];
  return (
    <Section title={text.title} lead={text.lead}>
      {error.value && (
        <div class="usage-failed">
          <Problem text={error.value.text} />
          <button class="button" onClick={() => void run(loadCaps)}>
            {t().common.retry}
          </button>
        </div>
      )}
      {all ? (
        <ul class="rows caps">
          {all.map((cap) => (
            <Row key={cap.id} cap={cap} />
          ))}
          {!all.length && !adding.value && (
            <li>
              <span class="lead">{text.none}</span>
            </li>
          )}
        </ul>
      ) : (
        !error.value && <span class="skeleton row-skeleton" />
      )}
      {all && adding.value && <CapForm own={own} onClose={() => (adding.value = false)} />}
      {all &&
        !adding.value &&
        (own.length < MOST_OWN ? (
          <button class="button" onClick={() => (adding.value = true)}>
            {text.add}
          </button>
        ) : (
          <p class="note">{text.most(MOST_OWN)}</p>
        ))}
    </Section>
  );
}

function Row({ cap }: { cap: Cap }) {
  const text = texts();
  const limit = limitOf(cap);
  const remove = async () => {
    await changeCaps((own) => without(own.map(asSet), asSet(cap)));
    const undo = () => void changeCaps((own) => [...own, cap].map(asSet)).catch(tell);
    notify({ text: text.removed(limit), action: { label: t().common.undo, run: undo }, undoes: true });
  };
  return (
    <li>
      <div class="cap">
        <strong>
          {limit} {!isOwn(cap) && <span class="tag">{text.operator}</span>}
        </strong>
        <small>
          <bdi>{whatOf(cap)}</bdi>
          {cap.scope === "everyone" && ` · ${text.everyone}`}
          {cap.scope === "group" && ` · ${text.group}`}
        </small>
        <Meter cap={cap} />
        <small>
          {[text.usedOf(amountOf(cap.used, cap.unit), amountOf(cap.left, cap.unit)), anew(cap)].join(" · ")}
        </small>
      </div>
      {isOwn(cap) && (
        <IconButton
          icon="trash"
          label={text.remove(`${limit}, ${whatOf(cap)}`)}
          onClick={() => void remove().catch(tell)}
        />
      )}
    </li>
  );
}

/** What stands beside it in words. */
function Meter({ cap: { used, amount, left, warning } }: { cap: Cap }) {
  const part = amount ? Math.min(used / amount, 1) : 1;
  return (
    <span class={left ? (warning ? "meter near" : "meter") : "meter full"} aria-hidden="true">
      <i style={{ width: `${part * 100}%` }} />
    </span>
  );
}

function whatOf({ target, label }: Cap): string {
  const text = texts();
  if (target === "connection") return text.connectionOf(label ?? "");
  if (target === "model") return text.modelOf(label ?? "");
  return text.targets[target];
}
