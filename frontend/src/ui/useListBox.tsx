import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { Icon } from "./Icon";
import "./listBox.css";

export interface Option {
  value: string;
  /** What is shown, where it is not the value. */
  text?: string;
  /** Quiet, at the right. */
  note?: string | undefined;
  /** The heading it stands under; options of one group follow each other. */
  group?: string;
  chosen?: boolean;
  /** It can be chosen, though it may not do. */
  faded?: boolean | undefined;
}

/** Thousands of options are drawn as they are scrolled to. */
const DRAWN_AT_ONCE = 100;
const PAGE = 10;

/**
 * A list of options that an input rules from above it: the keys, the option that they are at, and
 * the list itself (WAI-ARIA 1.2, combobox with a listbox). The focus stays in the input.
 */
export function useListBox<T extends Option>(
  label: string,
  options: T[],
  choose: (option: T) => void,
  /** What stands at the end of an option, for the pointer alone: the keys stay with the input. */
  end?: (option: T) => ComponentChildren,
) {
  const id = useId();
  const active = useSignal(-1);
  const drawn = useSignal(DRAWN_AT_ONCE);
  const box = useRef<HTMLDivElement>(null);
  const at = Math.min(active.value, options.length - 1);

  const moveTo = (place: number) => {
    active.value = place;
    drawn.value = Math.max(drawn.value, place + DRAWN_AT_ONCE);
  };
  useLayoutEffect(() => {
    box.current?.querySelector("[data-active]")?.scrollIntoView({ block: "nearest" });
  }, [at, options.length]);

  /** True where the key was meant for the list. */
  const onKeyDown = (event: KeyboardEvent): boolean => {
    if (event.isComposing || event.keyCode === 229 || !options.length) return false;
    const last = options.length - 1;
    const places: Record<string, number> = {
      ArrowDown: at >= last ? 0 : at + 1,
      ArrowUp: at <= 0 ? last : at - 1,
      PageDown: Math.min(last, at + PAGE),
      PageUp: Math.max(0, at - PAGE),
    };
    const place = places[event.key];
    const chosen = event.key === "Enter" ? options[at] : undefined;
    if (place === undefined && !chosen) return false;
    event.preventDefault();
    if (chosen) choose(chosen);
    else moveTo(place!);
    return true;
  };

  const onScroll = ({ currentTarget }: { currentTarget: HTMLDivElement }) => {
    const left = currentTarget.scrollHeight - currentTarget.scrollTop - currentTarget.clientHeight;
    if (left < currentTarget.clientHeight && drawn.value < options.length) drawn.value += DRAWN_AT_ONCE;
  };

  const draw = (option: T, place: number) => {
    const heading = option.group !== options[place - 1]?.group && option.group;
    return (
      <>
        {heading && (
          <div class="group-name" role="presentation">
            {heading}
          </div>
        )}
        <div
          key={option.value}
          id={`${id}-${place}`}
          role="option"
          class={option.faded ? "option faded" : "option"}
          aria-selected={!!option.chosen}
          aria-setsize={options.length}
          aria-posinset={place + 1}
          data-active={place === at ? "" : undefined}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => choose(option)}
        >
          <span class="option-mark">{option.chosen && <Icon name="check" />}</span>
          <span class="option-text" dir="auto">
            {option.text ?? option.value}
          </span>
          {option.note && <small>{option.note}</small>}
          {end?.(option)}
        </div>
      </>
    );
  };
  const list: ComponentChildren = (
    <div ref={box} id={id} class="list-box" role="listbox" aria-label={label} onScroll={onScroll}>
      {options.slice(0, drawn.value).map(draw)}
    </div>
  );
  /** For the input. */
  const owner = (open: boolean) =>
    ({
      role: "combobox",
      "aria-expanded": open,
      "aria-controls": open ? id : undefined,
      "aria-autocomplete": "list",
      "aria-activedescendant": open && at >= 0 ? `${id}-${at}` : undefined,
    }) as const;
  return { list, owner, onKeyDown, moveTo, active: options[at] };
}
