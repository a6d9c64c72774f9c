import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { navigate } from "../../browser/router";
import { explainError, t } from "../../i18n";
import { conversationAt } from "../../routes";
import { Dialog } from "../../ui/Dialog";
import { Icon } from "../../ui/Icon";
import { IconButton } from "../../ui/IconButton";
import { overlay } from "../../ui/layers";
import { watchNear } from "../../ui/watchNear";
import { showMessage } from "../chat/showMessage";
import { conversations, loadConversations, moreConversations } from "../conversations/conversations";
import { actions } from "./actions";
import { markFound } from "./markFound";
import { type Option, optionsFor } from "./options";
import { Row } from "./Row";
import { text } from "./texts";
import { useResults } from "./useResults";
import "./search.css";

/** Of the API. */
const MOST_CHARACTERS = 200;
const NEAR = "400px";

/** Ctrl/⌘ K: any conversation by its title, any message by its words, and the few actions by their name. */
export function Search() {
  const typed = useSignal("");
  const chosen = useSignal(0);
  /** Letters that are to become other ones (by an input method) are not looked for. */
  const query = useSignal("");
  const scroller = useRef<HTMLDivElement>(null);
  const end = useRef<HTMLDivElement>(null);
  const { found, busy, error, isOld, more, retry } = useResults(query.value);
  useEffect(() => {
    // The sidebar loads what it shows, and nothing while it is closed.
    if (moreConversations.value === undefined) void loadConversations().catch(() => undefined);
  }, []);
  useEffect(() => watchNear(end.current!, scroller.current, NEAR, (isNear) => isNear && more()), [found, busy, error]);

  const shown = isOld && error !== undefined ? null : found;
  const options = optionsFor(typed.value.trim(), actions(), conversations.value, shown, isOld);
  const close = () => {
    overlay.value = null;
  };
  /** By a key that is pressed ahead of what it is meant for. */
  const canBePicked = ({ kind }: Option) => kind !== "message" || !isOld;
  const pick = (option: Option) => {
    close();
    if (option.kind === "action") option.action.run();
    else if (option.kind === "title") navigate(conversationAt(option.id));
    else void showMessage(option.result.conversation_id, option.result.message_id, markFound(option.result));
  };
  const onInput = (value: string, isComposing: boolean) => {
    typed.value = value;
    chosen.value = 0;
    scroller.current!.scrollTop = 0;
    if (!isComposing) query.value = value.trim();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing || event.keyCode === 229) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      chosen.value = (chosen.value + step + options.length) % Math.max(options.length, 1);
      document.getElementById(idOf(chosen.value))?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" && event.target === event.currentTarget) {
      event.preventDefault(); // it is not meant for what has the focus next
      const option = options[chosen.value];
      if (option && !(option.kind === "message" && isOld))
        pick(option); // which was found for other words
      else if (error !== undefined) retry();
    }
  };
  const some = !!shown?.messages.length;
  /** In the place of those that are being looked for. */
  const rows = error !== undefined ? 0 : busy && !some ? 3 : shown?.cursor && !isOld ? 1 : 0;
  const isNone = !options.length && !isOld && !busy && error === undefined;
  const kinds = (["action", "title", "message"] as const).filter((kind) => options.some((one) => one.kind === kind));
  const names = { action: text().actions, title: text().conversations, message: text().messages };
  return (
    <Dialog class="search" label={text().label} onClose={close}>
      <div class={busy ? "search-top searching" : "search-top"}>
        <Icon name="search" />
        <input
          role="combobox"
          aria-expanded={options.length > 0}
          aria-controls="choices"
          aria-autocomplete="list"
          aria-activedescendant={options.length ? idOf(chosen.value) : undefined}
          aria-label={text().label}
          placeholder={text().label}
          maxLength={MOST_CHARACTERS}
          enterKeyHint="search"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          autofocus
          value={typed.value}
          onKeyDown={onKeyDown}
          onInput={(event) => onInput(event.currentTarget.value, event.isComposing)}
          onCompositionEnd={(event) => onInput(event.currentTarget.value, false)}
        />
        <IconButton icon="close" class="search-close" label={t().common.close} onClick={close} />
      </div>
      <div id="choices" class="search-list" role="listbox" aria-label={text().label} aria-busy={busy} ref={scroller}>
        {kinds.map((kind) => (
          <div key={kind} role="group" aria-labelledby={`group-${kind}`}>
            <div id={`group-${kind}`} role="presentation" class="group-name">
              {names[kind]}
            </div>
            {options.map(
              (option, place) =>
                option.kind === kind && (
                  <Row
                    key={option.key}
                    option={option}
                    id={idOf(place)}
                    isChosen={place === chosen.value && canBePicked(option)}
                    onPoint={() => (chosen.value = place)}
                    onPick={() => pick(option)}
                  />
                ),
            )}
          </div>
        ))}
        {rows > 0 && <Loading rows={rows} />}
        <div ref={end} role="presentation" />
      </div>
      {error !== undefined && (
        <div class="search-failed" role="alert">
          <p>{explainError(error)}</p>
          <button class="button" onClick={retry}>
            {t().common.retry}
          </button>
        </div>
      )}
      {isNone && <p class="search-none">{text().none}</p>}
      <p class="unseen" role="status">
        {said()}
      </p>
      <p class="search-hint">{text().hint}</p>
    </Dialog>
  );

  /** For those who do not see the list. */
  function said(): string {
    if (busy) return text().loading;
    if (!query.value || isOld) return "";
    return isNone ? text().none : found?.messages.length ? text().found(found.messages.length) : "";
  }
}

function idOf(place: number): string {
  return `choice-${place}`;
}

function Loading({ rows }: { rows: number }) {
  return (
    <div class="search-loading" aria-hidden="true">
      {Array.from({ length: rows }, (_, row) => (
        <span key={row}>
          <span class="skeleton" />
          <span class="skeleton" />
        </span>
      ))}
    </div>
  );
}
