import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { isTouch } from "../../browser/preferences";
import { t } from "../../i18n";
import { Icon } from "../../ui/Icon";
import { matching } from "../../ui/matching";
import { type Anchor, Popover } from "../../ui/Popover";
import { type Option, useListBox } from "../../ui/useListBox";
import { text as texts } from "./texts";
import "../endpoints/menu.css";

interface Props {
  /** What is chosen. */
  label: string;
  /** What the button says. */
  children: ComponentChildren;
  /** Undefined while they are on their way. */
  options: Option[] | undefined;
  /** Told what is typed, where the server looks for it; else those are shown that hold it. */
  onType?: (typed: string) => void;
  onChoose: (value: string) => void;
  onOpen?: () => void;
  class?: string;
}

/** A button that opens a list of which one is chosen, with a field to find it by. */
export function Picker({ label, children, options, onType, onChoose, onOpen, class: extra = "button" }: Props) {
  const open = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  return (
    <>
      <button
        ref={button}
        type="button"
        class={extra}
        aria-haspopup="dialog"
        aria-expanded={open.value}
        onClick={() => {
          onOpen?.();
          open.value = true;
        }}
      >
        {children}
      </button>
      {open.value && (
        <List
          anchor={button.current!}
          label={label}
          options={options}
          onType={onType}
          onChoose={onChoose}
          onClose={() => (open.value = false)}
        />
      )}
    </>
  );
}

interface ListProps extends Pick<Props, "label" | "options" | "onChoose"> {
  anchor: Anchor;
  onType: Props["onType"];
  onClose: () => void;
}

function List({ anchor, label, options, onType, onChoose, onClose }: ListProps) {
  const text = texts();
  const typed = useSignal("");
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const first = isTouch() ? box.current! : box.current!.querySelector("input")!;
    first.focus(); // the keyboard of a touch screen would cover the list
  }, []);
  const nameOf = (option: Option) => `${option.text ?? option.value} ${option.note ?? ""}`;
  const found = onType ? (options ?? []) : matching(options ?? [], typed.value, nameOf);
  const list = useListBox(label, found, ({ value }) => {
    onClose();
    onChoose(value);
  });
  useLayoutEffect(() => list.moveTo(typed.value ? 0 : found.findIndex(({ chosen }) => chosen)), [typed.value, options]);
  return (
    <Popover anchor={anchor} onClose={onClose} class="model-popover">
      <div
        ref={box}
        class="model-menu"
        role="dialog"
        aria-label={label}
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
            onInput={({ currentTarget: { value } }) => {
              typed.value = value;
              onType?.(value.trim());
            }}
          />
        </div>
        {found.length > 0 && list.list}
        {!found.length && (
          <p class="list-none" role="status">
            {options ? text.noneFound : t().common.loading}
          </p>
        )}
      </div>
    </Popover>
  );
}
