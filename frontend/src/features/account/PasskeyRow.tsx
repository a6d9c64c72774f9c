import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { api } from "../../api/client";
import type { Passkey } from "../../api/types";
import { locale } from "../../browser/preferences";
import { Facts } from "../../ui/Facts";
import { Field } from "../../ui/Field";
import { FormButtons } from "../../ui/FormButtons";
import { Problem } from "../../ui/Problem";
import { notify } from "../../ui/toasts";
import { useAction } from "../../ui/useAction";
import { dayOf } from "../../ui/when";
import { surely } from "./fresh";
import { passkeyText } from "./passkeyTexts";
import { Sure } from "./Sure";

interface Props {
  passkey: Passkey;
  onChanged: () => void;
}

/** One passkey, with the ways to rename and to remove it. */
export function PasskeyRow({ passkey, onChanged }: Props) {
  const text = passkeyText();
  const doing = useSignal<"rename" | "remove" | null>(null);
  const { id, name, created_at, last_used_at, synced } = passkey;
  const remove = async () => {
    await surely("DELETE /auth/passkeys/{id}", { params: { id } });
    notify({ text: text.removed(name) });
    onChanged();
  };
  const onRenamed = () => {
    doing.value = null;
    onChanged();
  };
  if (doing.value === "rename")
    return (
      <li class="factor-open">
        <Rename passkey={passkey} onDone={onRenamed} onCancel={() => (doing.value = null)} />
      </li>
    );
  return (
    <li class={doing.value ? "factor-open" : "factor-row"}>
      <div>
        <strong>
          <bdi>{name}</bdi>
        </strong>
        <small>
          <Facts
            of={[
              text.addedOn(dayOf(created_at, locale.value)),
              last_used_at ? text.used(dayOf(last_used_at, locale.value)) : text.unused,
              synced && text.synced,
            ]}
          />
        </small>
      </div>
      {doing.value ? (
        <Sure lead={text.removeLead(name)} label={text.remove} work={remove} onEnd={() => (doing.value = null)} isBad />
      ) : (
        <span class="factor-ways">
          <button class="button" aria-label={text.renameOne(name)} onClick={() => (doing.value = "rename")}>
            {text.rename}
          </button>
          <button class="button" aria-label={text.removeOne(name)} onClick={() => (doing.value = "remove")}>
            {text.remove}
          </button>
        </span>
      )}
    </li>
  );
}

interface RenameProps {
  passkey: Passkey;
  onDone: () => void;
  onCancel: () => void;
}

function Rename({ passkey: { id, name: before }, onDone, onCancel }: RenameProps) {
  const text = passkeyText();
  const name = useSignal(before);
  const { busy, error, run } = useAction();
  const form = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => form.current!.querySelector("input")!.select(), []);
  const told = error.value?.fields.find(({ field }) => field === "name")?.message;
  const save = async (event: Event) => {
    event.preventDefault();
    const called = name.value.trim();
    if (await run(() => api("PATCH /auth/passkeys/{id}", { params: { id }, body: { name: called } }))) onDone();
  };
  return (
    <form ref={form} onSubmit={(event) => void save(event)}>
      <Field
        label={text.name}
        required
        maxLength={80}
        autocomplete="off"
        error={told && text.wrong(told)}
        value={name.value}
        onValue={(value) => (name.value = value)}
      />
      <Problem text={told ? undefined : error.value?.text} />
      <FormButtons busy={busy.value} onCancel={onCancel} />
    </form>
  );
}
