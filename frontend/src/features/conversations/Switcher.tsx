import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { theme } from "../../browser/preferences";
import { navigate } from "../../browser/router";
import { t } from "../../i18n";
import { conversationAt, routes } from "../../routes";
import { Dialog } from "../../ui/Dialog";
import { Icon, type IconName } from "../../ui/Icon";
import { overlay } from "../../ui/layers";
import { keysOf } from "../../ui/shortcuts";
import { conversations, loadConversations, moreConversations } from "./conversations";
import { text } from "./switcherTexts";
import "./switcher.css";

interface Choice {
  key: string;
  label: string;
  icon?: IconName;
  keys?: string;
  run: () => void;
}

const MOST_SHOWN = 50;
/** Of the API: all are read in few requests. */
const LARGEST_PAGE = 100;

/** Ctrl/⌘ K: any conversation by some letters of its title, and the few actions by their name. */
export function Switcher() {
  const query = useSignal("");
  const chosen = useSignal(0);
  // The sidebar loads what it shows, and nothing while it is closed.
  const wanted = query.value ? moreConversations.value !== false : moreConversations.value === undefined;
  useEffect(() => {
    if (wanted) void loadConversations(LARGEST_PAGE).catch(() => undefined);
  }, [wanted, query.value, conversations.value]);

  const found = choices()
    .filter(({ label }) => matches(label, query.value))
    .slice(0, MOST_SHOWN);
  const close = () => {
    overlay.value = null;
  };
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
    }
  };
  return (
    <Dialog class="switcher" label={text().label} onClose={close}>
      <div onKeyDown={onKeyDown}>
        <input
          role="combobox"
          aria-expanded="true"
          aria-controls="choices"
          aria-activedescendant={found.length ? `choice-${chosen.value}` : undefined}
          aria-label={text().label}
          placeholder={text().label}
          autofocus
          value={query.value}
          onInput={(event) => {
            query.value = event.currentTarget.value;
            chosen.value = 0;
          }}
        />
        <ul id="choices" role="listbox" aria-label={text().label}>
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
              {choice.keys && <kbd>{choice.keys}</kbd>}
            </li>
          ))}
        </ul>
        {!found.length && (
          <p class="side-note" role="status">
            {text().none}
          </p>
        )}
        <p class="switcher-hint">{text().hint}</p>
      </div>
    </Dialog>
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
    { key: "new", label: t().list.newChat, icon: "plus", keys: keysOf("newChat"), run: () => navigate(routes.start) },
    {
      key: "settings",
      label: t().list.settings,
      icon: "settings",
      keys: keysOf("settings"),
      run: () => navigate(routes.settings),
    },
    {
      key: "theme",
      label: dark ? text().lightTheme : text().darkTheme,
      icon: "theme",
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
