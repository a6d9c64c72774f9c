import { useSignal } from "@preact/signals";
import { api } from "../../api/client";
import type { ShareCreated, SharePreview } from "../../api/schema";
import { locale } from "../../browser/preferences";
import { t } from "../../i18n";
import { Choice } from "../../ui/Choice";
import { Problem } from "../../ui/Problem";
import { useAction } from "../../ui/useAction";
import { account } from "../account/account";
import { dayOf } from "./days";
import { type End, endsWith, timeOf } from "./ends";
import { Preview } from "./Preview";
import { text as texts } from "./texts";

interface Props {
  id: number;
  preview: SharePreview;
  onMade: (made: ShareCreated) => void;
  onCancel: () => void;
}

/** What a link would show, what of it can be chosen, and until when. */
export function NewLink({ id, preview, onMade, onCancel }: Props) {
  const text = texts();
  const usual = account.value?.shares_expire_days ?? 30;
  const end = useSignal<End>(`${usual}`);
  const reasoning = useSignal(false);
  const without = useSignal<number[]>([]);
  const { busy, error, run } = useAction();
  const until = timeOf(end.value, Date.now());
  const submit = (event: Event) => {
    event.preventDefault();
    const body = { expires_at: until, reasoning: reasoning.value, without: without.value };
    void run(async () => onMade(await api("POST /conversations/{id}/shares", { params: { id }, body })));
  };
  const leave = (file: number, out: boolean) => {
    const others = without.value.filter((other) => other !== file);
    without.value = out ? [...others, file] : others;
  };
  if (!preview.messages) return <p class="lead">{text.nothing}</p>;
  return (
    <form class="share-form" onSubmit={submit}>
      <Preview preview={preview} without={without.value} onLeave={leave} />
      {preview.has_reasoning && (
        <label class="share-check">
          <input
            type="checkbox"
            checked={reasoning.value}
            onChange={({ currentTarget }) => (reasoning.value = currentTarget.checked)}
          />
          <span>{text.reasoning}</span>
        </label>
      )}
      <Choice<End>
        label={text.ends}
        value={end.value}
        onChange={(chosen) => (end.value = chosen)}
        options={endsWith(usual).map((each) => [each, text.after(each)])}
      />
      <p class="note">
        {until ? text.untilThen(dayOf(until, locale.value)) : text.untilThenEnded} {text.never}
      </p>
      <Problem text={error.value?.text} />
      <div class="form-buttons share-buttons">
        <button type="button" class="button" onClick={onCancel}>
          {t().common.cancel}
        </button>
        <button class="button primary" disabled={busy.value}>
          {text.make}
        </button>
      </div>
    </form>
  );
}
