import { effect, untracked, useComputed, useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { isTouch, isWide } from "../../browser/preferences";
import { currentId } from "../../browser/router";
import { explainError, t } from "../../i18n";
import { Icon } from "../../ui/Icon";
import { IconButton } from "../../ui/IconButton";
import { Problem } from "../../ui/Problem";
import { onShortcut } from "../../ui/shortcuts";
import { TextArea } from "../../ui/TextArea";
import { mayTakeFocus } from "../conversations/heldFocus";
import { ModelButton, ModelMenuWhereOpen } from "../endpoints/ModelButton";
import { AddButton } from "../files/AddButton";
import { filesOf } from "../files/drafts";
import { pickFiles, tray } from "../files/files";
import { nearing, words } from "../usage/caps";
import { askInstead } from "./askInstead";
import { awaitFiles, awaitsFiles, stateOf } from "./awaiting";
import { stop, thread } from "./current";
import { draftOf, draftsChanged, keepDraft } from "./drafts";
import { dropping, onPaste } from "./dropped";
import { chooseModel, choosePreset } from "./model";
import { say } from "./say";
import { busy, running } from "./thread";

const MOST_CHARACTERS = 100_000;

/** For words that were given back; on a touch screen the keyboard would come up for nothing. */
export function focusBox(): void {
  if (isWide()) document.querySelector<HTMLElement>(".composer textarea")?.focus();
}

/** Under the box: how to send, what a message waits for, or that a limit will soon be reached. */
function Hint({ waits }: { waits: boolean }) {
  const near = waits ? t().composer.filesFirst : nearing.value && words()?.nearly(nearing.value);
  return (
    <p class={near ? "composer-hint near" : "composer-hint"} id="composer-hint" role="status">
      {near || (!isTouch() && t().composer.hint)}
    </p>
  );
}

export function Composer() {
  const conversationId = currentId.peek();
  const input = useRef<HTMLTextAreaElement>(null);
  const text = useSignal(draftOf(conversationId));
  const problem = useSignal("");
  /** It was to be sent, with files that are not at the server and will not be. */
  const blocked = useSignal(false);
  const streaming = useComputed(() => !!running(thread.value));
  const waits = useComputed(() => busy(thread.value));
  const files = filesOf(conversationId);
  const Files = files.length > 0 && tray()?.Tray;
  const isAwaited = awaitsFiles(conversationId);

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
    const attached = filesOf(conversationId);
    const isNothing = !content && !attached.length;
    if (isNothing || text.value.length > MOST_CHARACTERS) return awaitFiles(conversationId, false);
    if (waits.value) return;
    const state = stateOf(attached);
    problem.value = "";
    blocked.value = state === "failed";
    awaitFiles(conversationId, state === "coming");
    if (state !== "there") return;
    text.value = "";
    try {
      await say(content, attached);
    } catch (error) {
      problem.value = explainError(error);
    }
  };
  useLayoutEffect(() => onShortcut("attach", () => pickFiles(conversationId, "files")), []);
  useEffect(
    () =>
      effect(() => {
        const isDue = stateOf(filesOf(conversationId)) !== "coming";
        if (awaitsFiles(conversationId) && isDue && !waits.value) untracked(() => void send());
      }),
    [],
  );
  const filesFailed = blocked.value && stateOf(files) === "failed" && t().composer.filesFailed;
  const onClick = ({ target }: Event) => {
    const button = (target as Element).closest("button");
    if (!button || (isWide() && button.matches(".send"))) input.current!.focus();
  };
  return (
    <div class="composer-area column">
      <Problem text={tooLong ? t().composer.tooLong(text.value.length) : filesFailed || problem.value} />
      <form
        class="composer"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
        onClick={onClick}
        onPaste={onPaste}
      >
        {Files && <Files place={conversationId} />}
        <TextArea
          inputRef={input}
          value={text}
          label={t().composer.label}
          placeholder={t().composer.placeholder}
          describedBy={isTouch() && !nearing.value && !isAwaited ? undefined : "composer-hint"}
          onEnter={() => void send()}
        />
        <div class="composer-row">
          <AddButton place={conversationId} />
          <ModelButton />
          {streaming.value ? (
            <IconButton key="stop" icon="stop" class="send" label={t().composer.stop} onClick={stop} />
          ) : isAwaited ? (
            <IconButton
              key="wait"
              icon="close"
              class="send"
              label={t().composer.wait}
              onClick={() => awaitFiles(conversationId, false)}
            />
          ) : (
            <button
              key="send"
              class="icon-button send"
              aria-label={t().composer.send}
              title={t().composer.send}
              disabled={!(text.value.trim() || files.length) || waits.value || tooLong}
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
      <Hint waits={isAwaited} />
      {dropping.value && (
        <div class="drop-here" aria-hidden="true">
          <p>{t().composer.drop}</p>
        </div>
      )}
    </div>
  );
}
