import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { isTouch } from "../../browser/preferences";
import { navigate } from "../../browser/router";
import { explain, explainError, t } from "../../i18n";
import { sectionAt } from "../../routes";
import { Icon } from "../../ui/Icon";
import { matching } from "../../ui/matching";
import { Popover } from "../../ui/Popover";
import { type Option, useListBox } from "../../ui/useListBox";
import { account } from "../account/account";
import { chooseModel, forgetConnection } from "./choosing";
import { connection, editing } from "./endpoint";
import { listModels } from "./listed";
import { text as texts } from "./texts";
import "../../ui/forms.css";
import "./menu.css";

/** Stands for the operator's model among the names of others. */
const SERVER = "\0server";

/** The models of the person's connection and the operator's one: a filter, and what it leaves. */
export function ModelMenu({ onClose }: { onClose: () => void }) {
  const box = useRef<HTMLDivElement>(null);
  const typed = useSignal("");
  const names = useSignal<string[] | null>(null);
  const problem = useSignal("");
  const busy = useSignal(false);
  const leaving = useSignal(false);
  const text = texts();
  const own = connection.value;
  const operator = account.value?.default_model;
  const host = own ? new URL(own.model_url).host : "";

  useLayoutEffect(() => {
    const first = isTouch() ? box.current! : box.current!.querySelector("input")!;
    first.focus(); // the keyboard of a touch screen would cover the list
  }, []);
  useEffect(() => {
    if (!own) return;
    listModels().then(
      ({ models, error }) => {
        names.value = models;
        if (error) problem.value = explain(error);
      },
      (error: unknown) => {
        names.value = [];
        problem.value = explainError(error);
      },
    );
  }, []);

  const known =
    names.value && own && !names.value.includes(own.model_name) ? [own.model_name, ...names.value] : names.value;
  const options: Option[] = [
    ...(own ? (known ?? [own.model_name]) : []).map((name) => ({
      value: name,
      group: host,
      chosen: name === own!.model_name,
    })),
    ...(operator ? [{ value: SERVER, text: operator, group: text.server, chosen: own === null }] : []),
  ];
  const found = matching(options, typed.value, (option) => option.text ?? option.value);
  const act = async (work: () => Promise<void>) => {
    if (busy.value) return;
    busy.value = true;
    problem.value = "";
    try {
      await work();
      onClose();
    } catch (error) {
      problem.value = explainError(error);
    }
    busy.value = false;
  };
  const choose = ({ value, chosen }: Option) => {
    if (chosen) onClose();
    else if (value === SERVER) leaving.value = true;
    else void act(() => chooseModel(own!, value));
  };
  const list = useListBox(text.menu, found, choose);
  // Before the next key: effects of the other kind may come after it.
  useLayoutEffect(() => {
    list.moveTo(typed.value ? 0 : found.findIndex(({ chosen }) => chosen));
  }, [typed.value, names.value]);
  return (
    <Popover anchor={document.querySelector(".model-button")!} align="end" onClose={onClose} class="model-popover">
      <div
        ref={box}
        class="model-menu"
        role="dialog"
        aria-label={text.menu}
        tabIndex={-1}
        onKeyDown={(event) => {
          if (event.target instanceof HTMLInputElement) list.onKeyDown(event);
        }}
      >
        {leaving.value ? (
          <div class="model-leaving">
            <p>{text.useServerLead(host)}</p>
            <div class="form-buttons">
              <button class="button danger" autofocus disabled={busy.value} onClick={() => void act(forgetConnection)}>
                {text.useServerSure}
              </button>
              <button class="button" onClick={() => (leaving.value = false)}>
                {t().common.cancel}
              </button>
            </div>
          </div>
        ) : (
          <>
            <div class="model-find">
              <Icon name="search" />
              <input
                {...list.owner(true)}
                type="text"
                aria-label={text.find}
                placeholder={text.find}
                autocomplete="off"
                spellcheck={false}
                value={typed.value}
                onInput={(event) => (typed.value = event.currentTarget.value)}
              />
            </div>
            {found.length ? list.list : <p class="list-none">{text.none}</p>}
            {own && names.value === null && (
              <p class="list-none" role="status">
                {text.loading}
              </p>
            )}
            {own && <p class="model-note">{text.forAll}</p>}
          </>
        )}
        {problem.value && (
          <p class="problem" role="alert">
            <Icon name="alert" />
            {problem.value}
          </p>
        )}
        {!leaving.value && (
          <button
            type="button"
            class="model-own"
            onClick={() => {
              onClose();
              editing.value = true;
              navigate(sectionAt("models"));
            }}
          >
            <Icon name={own ? "settings" : "plus"} />
            {own ? text.changeConnection : text.own}
          </button>
        )}
      </div>
    </Popover>
  );
}
