import { effect, useComputed, useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { isTouch, isWide } from "../../browser/preferences";
import { currentId } from "../../browser/router";
import { explainError, t } from "../../i18n";
import { Icon } from "../../ui/Icon";
import { IconButton } from "../../ui/IconButton";
import { Problem } from "../../ui/Problem";
import { TextArea } from "../../ui/TextArea";
import { mayTakeFocus } from "../conversations/heldFocus";
import { ModelButton, ModelMenuWhereOpen } from "../endpoints/ModelButton";
import { askInstead } from "./askInstead";
import { say, stop, thread } from "./current";
import { draftOf, draftsChanged, keepDraft } from "./drafts";
import { onPaste } from "./dropped";
import { chooseModel, choosePreset } from "./model";
import { busy, running } from "./thread";

const MOST_CHARACTERS = 100_000;

/** For words that were given back; on a touch screen the keyboard would come up for nothing. */
export function focusBox(): void {
  if (isWide()) document.querySelector<HTMLElement>(".composer textarea")?.focus();
}

export function Composer() {
  const conversationId = currentId.peek();
  const input = useRef<HTMLTextAreaElement>(null);
  const text = useSignal(draftOf(conversationId));
  const problem = useSignal("");
  const streaming = useComputed(() => !!running(thread.value));
  const waits = useComputed(() => busy(thread.value));

  useLayoutEffect(() => {
    if (isWide() && mayTakeFocus()) input.current!.focus();
  }, []);
  // Before the first key is typed: effects of the other kind may come many keys later.
  useLayoutEffect(() => {
    return effect(() => {
      if (draftsChanged.value) text.value = draftOf(conversationId);
    });
  }, []);
  useLayoutEffect(() => effect(() => keepDraft(conversationId, text.value)), []);

  const tooLong = text.value.length > MOST_CHARACTERS;
  const send = async () => {
    const content = text.value.trim();
    if (!content || waits.value || tooLong) return;
    problem.value = "";
    text.value = "";
    try {
      await say(content);
    } catch (error) {
      problem.value = explainError(error);
    }
  };
  const onClick = ({ target }: Event) => {
    const button = (target as Element).closest("button");
    if (!button || (isWide() && button.matches(".send"))) input.current!.focus();
  };
  return (
    <div class="composer-area column">
      <Problem text={tooLong ? t().composer.tooLong(text.value.length) : problem.value} />
      <form
        class="composer"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
        onClick={onClick}
        onPaste={onPaste}
      >
        <TextArea
          inputRef={input}
          value={text}
          label={t().composer.label}
          placeholder={t().composer.placeholder}
          describedBy={isTouch() ? undefined : "composer-hint"}
          onEnter={() => void send()}
        />
        <div class="composer-row">
          <ModelButton />
          {streaming.value ? (
            <IconButton key="stop" icon="stop" class="send" label={t().composer.stop} onClick={stop} />
          ) : (
            <button
              key="send"
              class="icon-button send"
              aria-label={t().composer.send}
              title={t().composer.send}
              disabled={!text.value.trim() || waits.value || tooLong}
            >
              <Icon name="send" />
            </button>
          )}
        </div>
      </form>
      <ModelMenuWhereOpen
        onChoose={(model) => {
          chooseModel(model);
          askInstead(model.id);
        }}
        onPreset={choosePreset}
      />
      {!isTouch() && (
        <p class="composer-hint" id="composer-hint">
          {t().composer.hint}
        </p>
      )}
    </div>
  );
}
