import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { t } from "../../i18n";
import { Field } from "../../ui/Field";
import { Problem } from "../../ui/Problem";
import { Section } from "../../ui/Section";
import { notify } from "../../ui/toasts";
import { useAction } from "../../ui/useAction";
import { account } from "./account";
import { Portrait } from "./Portrait";
import { text as texts } from "./personTexts";
import { changeName, removeAvatar, sendAvatar, squareOf } from "./profile";
import "./person.css";

const KINDS = "image/png,image/jpeg,image/webp";
const MOST_CHARACTERS = 64;

/** A person's picture and the name that they are called by. */
export function Profile() {
  const who = account.value;
  if (!who) return null;
  const text = texts();
  return (
    <Section title={text.profile} lead={text.profileLead}>
      <Picture />
      <Name key={who.display_name ?? ""} />
    </Section>
  );
}

function Picture() {
  const who = account.value!;
  const text = texts();
  const input = useRef<HTMLInputElement>(null);
  const unreadable = useSignal(false);
  const { busy, error, run } = useAction();
  const take = async (file: File | undefined) => {
    if (!file) return;
    unreadable.value = false;
    const done = await run(async () => {
      const square = await squareOf(file);
      unreadable.value = !square;
      if (square) await sendAvatar(square);
    });
    input.current!.value = ""; // the same file may be chosen again
    if (done && !unreadable.value) notify({ text: text.pictureSet });
  };
  const remove = async () => {
    if (await run(removeAvatar)) notify({ text: text.pictureGone });
  };
  return (
    <div class="person-picture">
      <Portrait of={who} />
      <div>
        <input
          ref={input}
          type="file"
          hidden
          accept={KINDS}
          aria-label={text.picture}
          onChange={({ currentTarget }) => void take(currentTarget.files?.[0])}
        />
        <div class="form-buttons">
          <button class="button" disabled={busy.value} aria-busy={busy.value} onClick={() => input.current!.click()}>
            {busy.value && <i class="busy" />}
            {who.avatar === null ? text.choosePicture : text.otherPicture}
          </button>
          {who.avatar !== null && (
            <button class="button" disabled={busy.value} onClick={() => void remove()}>
              {text.removePicture}
            </button>
          )}
        </div>
        <p class="note">{text.pictureHint}</p>
      </div>
      <Problem text={unreadable.value ? text.unreadable : error.value?.text} />
    </div>
  );
}

function Name() {
  const { username, display_name } = account.value!;
  const text = texts();
  const name = useSignal(display_name ?? "");
  const { busy, error, run } = useAction();
  const typed = name.value.trim();
  const told = error.value?.fields.find(({ field }) => field === "display_name")?.message;
  const save = async (event: Event) => {
    event.preventDefault();
    if (await run(() => changeName(typed || null))) notify({ text: t().common.saved });
  };
  return (
    <form onSubmit={(event) => void save(event)}>
      <Field
        label={text.name}
        hint={text.nameHint(username)}
        autocomplete="nickname"
        placeholder={username}
        maxLength={MOST_CHARACTERS}
        error={told && text.wrong(told)}
        value={name.value}
        onValue={(value) => (name.value = value)}
      />
      <Problem text={told ? undefined : error.value?.text} />
      {typed !== (display_name ?? "") && (
        <button class="button primary" disabled={busy.value}>
          {t().common.save}
        </button>
      )}
    </form>
  );
}
