import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { Model, Preset } from "../../api/types";
import { isTouch } from "../../browser/preferences";
import { navigate } from "../../browser/router";
import { sectionAt } from "../../routes";
import { Icon } from "../../ui/Icon";
import { IconButton } from "../../ui/IconButton";
import { matching } from "../../ui/matching";
import { type Anchor, Popover } from "../../ui/Popover";
import { tell } from "../../ui/toasts";
import { useListBox } from "../../ui/useListBox";
import { editing } from "./editing";
import { listing, refreshOld } from "./lists";
import { text as texts } from "./menuTexts";
import { models, nameOf, setFavourite } from "./models";
import { type ModelOption, modelOptions, presetOptions } from "./options";
import { loadPresets, presets } from "./presetList";
import "../../ui/forms.css";
import "./menu.css";

export interface ModelMenuProps {
  anchor: Anchor;
  chosen: number | null | undefined;
  onChoose: (model: Model) => void;
  onClose: () => void;
  label?: string;
  /** Stands before the models, for no model in particular. */
  instead?: { text: string; chosen: boolean; choose: () => void };
  /** Where presets can be chosen and connections added; `preset`: the one that is chosen. */
  onPreset?: (preset: Preset) => void;
  preset?: number | undefined;
  /** Of this connection alone. */
  of?: number;
}

const NONE: Preset[] = [];

/** All models that a person may use: a filter, and what it leaves. */
export function ModelMenu({ anchor, chosen, onChoose, onClose, label, instead, onPreset, preset, of }: ModelMenuProps) {
  const box = useRef<HTMLDivElement>(null);
  const typed = useSignal("");
  const problems = useSignal<string[]>([]);
  const text = texts();
  const all = useMemo(
    () => (of === undefined ? models.value : models.value?.filter(({ connection }) => connection.id === of)),
    [models.value, of],
  );
  /** As they were when it was opened: what is pointed at stays where it is. */
  const kept = useRef<Set<number>>(undefined);
  if (all) kept.current ??= new Set(all.filter(({ favourite }) => favourite).map(({ id }) => id));

  useLayoutEffect(() => {
    const first = isTouch() ? box.current! : box.current!.querySelector("input")!;
    first.focus(); // the keyboard of a touch screen would cover the list
  }, []);
  const isKnown = all !== undefined;
  useEffect(() => {
    if (isKnown) void refreshOld().then((told) => (problems.value = told));
  }, [isKnown]);

  useEffect(() => {
    if (onPreset) void loadPresets().catch(() => undefined);
  }, []);

  const templates = (onPreset && presets.value) ?? NONE;
  const options = useMemo(
    () => [...presetOptions(templates, preset), ...modelOptions(all ?? [], chosen, kept.current ?? new Set())],
    [all, chosen, templates],
  );
  const found = useMemo<ModelOption[]>(() => {
    const left = matching(options, typed.value, ({ search }) => search);
    const other = instead && !typed.value && { value: "", text: instead.text, chosen: instead.chosen, search: "" };
    return other ? [other, ...left] : left;
  }, [options, typed.value]);
  const choose = (option: ModelOption) => {
    onClose();
    if (option.preset) onPreset?.(option.preset);
    else if (!option.model) instead?.choose();
    else onChoose(option.model);
  };
  const favouriteOf = ({ model }: ModelOption) => model && all?.find(({ id }) => id === model.id)?.favourite;
  const toggle = (option: ModelOption) => void setFavourite(option.model!, !favouriteOf(option)).catch(tell);
  const list = useListBox(label ?? text.menu, found, choose, (option) =>
    option.model ? (
      <span
        class={favouriteOf(option) ? "model-star kept" : "model-star"}
        aria-hidden="true"
        title={(favouriteOf(option) ? text.unkeep : text.keep)(option.text!)}
        onClick={(event) => {
          event.stopPropagation();
          toggle(option);
        }}
      >
        <Icon name="star" />
      </span>
    ) : null,
  );
  // Before the next key: effects of the other kind may come after it.
  useLayoutEffect(() => {
    list.moveTo(typed.value ? 0 : found.findIndex(({ chosen, preset }) => chosen && !preset));
  }, [typed.value, isKnown, templates.length]);
  const { active } = list;
  const isFavourite = active && favouriteOf(active);
  return (
    <Popover anchor={anchor} align="end" onClose={onClose} class="model-popover">
      <div
        ref={box}
        class="model-menu"
        role="dialog"
        aria-label={label ?? text.menu}
        tabIndex={-1}
        onKeyDown={(event) => {
          if (event.target instanceof HTMLInputElement) list.onKeyDown(event);
        }}
      >
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
          <IconButton
            icon="star"
            class={isFavourite ? "model-keep kept" : "model-keep"}
            label={active?.model ? (isFavourite ? text.unkeep : text.keep)(nameOf(active.model)) : text.noneToKeep}
            disabled={!active?.model}
            onClick={() => active && toggle(active)}
          />
        </div>
        {found.length > 0 && list.list}
        {isKnown && !found.length && <p class="list-none">{typed.value ? text.none : text.nothing}</p>}
        {(!isKnown || listing.value) && (
          <p class="list-none" role="status">
            {text.loading}
          </p>
        )}
        {problems.value.map((problem) => (
          <p key={problem} class="problem" role="alert">
            <Icon name="alert" />
            {problem}
          </p>
        ))}
        {onPreset && (
          <button
            type="button"
            class="model-own"
            onClick={() => {
              onClose();
              editing.value = "new";
              navigate(sectionAt("models"));
            }}
          >
            <Icon name="plus" />
            {text.add}
          </button>
        )}
      </div>
    </Popover>
  );
}
