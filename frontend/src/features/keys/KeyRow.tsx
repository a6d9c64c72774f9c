import { useSignal } from "@preact/signals";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import type { Key } from "../../api/types";
import { locale } from "../../browser/preferences";
import { t } from "../../i18n";
import { Facts } from "../../ui/Facts";
import { Problem } from "../../ui/Problem";
import { notify } from "../../ui/toasts";
import { useAction } from "../../ui/useAction";
import { when } from "../../ui/when";
import { modelById, nameOf } from "../endpoints/models";
import { dayOf } from "../sharing/days";
import { amountOf, limitOf } from "../usage/capTexts";
import { KeyForm } from "./KeyForm";
import { revokeKey } from "./keys";
import { text as texts } from "./texts";
import { isOver, SCOPES } from "./typedKey";

/** A key: what it opens, until when, whether it is used, and the ways to change that. */
export function KeyRow({ saved }: { saved: Key }) {
  const doing = useSignal<"edit" | "revoke" | null>(null);
  const close = () => {
    doing.value = null;
  };
  return (
    <li class={doing.value ? "key-row key-open" : "key-row"}>
      {doing.value === "edit" ? (
        <KeyForm saved={saved} onDone={close} onCancel={close} />
      ) : (
        <>
          <About saved={saved} />
          {doing.value === "revoke" ? (
            <Revoking saved={saved} onCancel={close} />
          ) : (
            <Ways saved={saved} onChoose={(way) => (doing.value = way)} />
          )}
        </>
      )}
    </li>
  );
}

function About({ saved }: { saved: Key }) {
  const { name, prefix, scopes, expires_at, last_used_at, cap } = saved;
  const text = texts();
  const day = expires_at && dayOf(expires_at, locale.value);
  const may = SCOPES.filter((scope) => scopes.includes(scope)).map((scope) => text.scopes[scope]);
  return (
    <div>
      <strong>
        <bdi>{name}</bdi> {isOver(expires_at) && <span class="tag key-expired">{text.expired}</span>}
      </strong>
      <small>
        <code>{prefix}…</code> · <Facts of={[modelsOf(saved), may.length < SCOPES.length && text.only(may)]} />
      </small>
      <small>
        <Facts
          of={[
            last_used_at ? text.used(when(last_used_at, locale.value)) : text.unused,
            day ? (isOver(expires_at) ? text.expiredOn(day) : text.good(day)) : text.endless,
            cap && text.left(limitOf(cap), amountOf(cap.used, cap.unit)),
          ]}
        />
      </small>
    </div>
  );
}

/** One that has ended opens nothing: it goes without a question. */
function Ways({ saved, onChoose }: { saved: Key; onChoose: (way: "edit" | "revoke") => void }) {
  const text = texts();
  const { name } = saved;
  const { busy, error, run } = useAction();
  const remove = async () => {
    await revokeKey(saved);
    notify({ text: text.removed(name) });
  };
  return (
    <span class="key-ways">
      <Problem text={error.value?.text} />
      <button class="button" aria-label={text.editOne(name)} onClick={() => onChoose("edit")}>
        {text.edit}
      </button>
      {isOver(saved.expires_at) ? (
        <button class="button" disabled={busy.value} aria-label={text.removeOne(name)} onClick={() => void run(remove)}>
          {text.remove}
        </button>
      ) : (
        <button class="button" aria-label={text.revokeOne(name)} onClick={() => onChoose("revoke")}>
          {text.revoke}
        </button>
      )}
    </span>
  );
}

/** There is no way back, so it is asked for. */
function Revoking({ saved, onCancel }: { saved: Key; onCancel: () => void }) {
  const text = texts();
  const { busy, error, run } = useAction();
  const id = useId();
  const cancel = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => cancel.current!.focus(), []); // the same key twice revokes nothing
  const revoke = async () => {
    await revokeKey(saved);
    notify({ text: text.revoked(saved.name) });
  };
  return (
    <div class="key-revoking" role="group" aria-label={text.revokeOne(saved.name)} aria-describedby={id}>
      <p id={id}>{text.revokeLead(saved.name)}</p>
      <Problem text={error.value?.text} />
      <div class="form-buttons">
        <button class="button danger" disabled={busy.value} onClick={() => void run(revoke)}>
          {text.revokeSure}
        </button>
        <button ref={cancel} class="button" onClick={onCancel}>
          {t().common.cancel}
        </button>
      </div>
    </div>
  );
}

function modelsOf({ model_ids }: Key): string {
  const text = texts();
  if (!model_ids) return text.allModels;
  const [only] = model_ids;
  const model = model_ids.length === 1 ? modelById.value.get(only!) : undefined;
  return model ? nameOf(model) : text.someModels(model_ids.length);
}
