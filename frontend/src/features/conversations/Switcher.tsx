import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { theme } from "../../browser/preferences";
import { navigate } from "../../browser/router";
import { t } from "../../i18n";
import { conversationAt, routes } from "../../routes";
import { Icon, type IconName } from "../../ui/Icon";
import { conversations, loadConversations, moreConversations } from "./conversations";
import { switcherOpen } from "./shortcuts";
import "./switcher.css";

interface Choice {
  key: string;
  label: string;
  icon?: IconName;
  run: () => void;
}

const MOST_SHOWN = 50;
/** Of the API: all are read in few requests. */
const LARGEST_PAGE = 100;

/** Ctrl/⌘ K: any conversation, and the few actions, by some letters of their name. */
export function Switcher() {
  const dialog = useRef<HTMLDialogElement>(null);
  const query = useSignal("");
  const chosen = useSignal(0);
  // Before the next key is typed, which is meant for it already.
  useLayoutEffect(() => {
    const box = dialog.current!;
    box.showModal();
    return () => box.close(); // gives the focus back to where it was
  }, []);
  // The sidebar loads what it shows, and nothing while it is closed.
  const wanted = query.value ? moreConversations.value !== false : moreConversations.value === undefined;
  useEffect(() => {
    if (wanted) void loadConversations(LARGEST_PAGE).catch(() => undefined);
  }, [wanted, query.value, conversations.value]);

  const found = choices()
    .filter(({ label }) => matches(label, query.value))
    .slice(0, MOST_SHOWN);
  const close = () => (switcherOpen.value = false);
  const pick = (choice: Choice | undefined) => {
    if (!choice) return;
    close();
    choice.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing || event.keyCode === 229) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      chosen.value = (chosen.value + step + found.length) % Math.max(found.length, 1);
      document.getElementById(`choice-${chosen.value}`)?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter") {
      event.preventDefault(); // it is not meant for what has the focus next
      pick(found[chosen.value]);
    } else if (event.key === "Escape") {
      event.preventDefault(); // a browser tells a dialog that it closed it after the next key
      close();
    }
  };
  const text = t().switcher;
  return (
    <dialog
      class="switcher"
      ref={dialog}
      aria-label={text.label}
      onClose={() => dialog.current && close()}
      onClick={(event) => event.target === dialog.current && close()}
    >
      <div class="switcher-box" onKeyDown={onKeyDown}>
        <input
          role="combobox"
          aria-expanded="true"
          aria-controls="choices"
          aria-activedescendant={found.length ? `choice-${chosen.value}` : undefined}
          aria-label={text.label}
          placeholder={text.placeholder}
          autofocus
          value={query.value}
          onInput={(event) => {
            query.value = event.currentTarget.value;
            chosen.value = 0;
          }}
        />
        <ul id="choices" role="listbox" aria-label={text.label}>
          {found.map((choice, index) => (
            <li
              key={choice.key}
              id={`choice-${index}`}
              role="option"
              aria-selected={index === chosen.value}
              onMouseMove={() => (chosen.value = index)}
              onClick={() => pick(choice)}
            >
              {choice.icon && <Icon name={choice.icon} />}
              <span dir="auto">{choice.label}</span>
            </li>
          ))}
        </ul>
        {!found.length && <p class="side-note">{text.none}</p>}
        <p class="switcher-hint">{text.hint}</p>
      </div>
    </dialog>
  );
}

function matches(label: string, query: string): boolean {
  const words = query.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return words.every((word) => label.toLocaleLowerCase().includes(word));
}

function choices(): Choice[] {
  const dark =
    theme.value === "dark" || (theme.value === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  const actions: Choice[] = [
    { key: "new", label: t().list.newChat, icon: "plus", run: () => navigate(routes.start) },
    { key: "settings", label: t().list.settings, icon: "settings", run: () => navigate(routes.settings) },
    {
      key: "theme",
      label: dark ? t().switcher.lightTheme : t().switcher.darkTheme,
      icon: "eye",
      run: () => {
        theme.value = dark ? "light" : "dark";
      },
    },
  ];
  const known = conversations.value.map(({ id, title }) => ({
    key: String(id),
    label: title,
    run: () => navigate(conversationAt(id)),
  }));
  return [...actions.slice(0, 1), ...known, ...actions.slice(1)];
}
