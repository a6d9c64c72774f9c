/** The page's shortcuts: which keys, and what each does where the part that can do it is there. */

/** On a Mac the command key; its control key moves the caret in texts. */
const IS_MAC = /Mac|iPhone|iPad/.test(navigator.userAgent);
const COMMAND = IS_MAC ? "⌘" : "Ctrl";

/** In the order in which they are listed: what is written on the keys that are pressed. */
const KEYS = {
  find: [COMMAND, "K"],
  newChat: [COMMAND, "⇧", "O"],
  model: [COMMAND, "/"],
  attach: [COMMAND, "U"],
  sidebar: [COMMAND, "⇧", "S"],
  copyReply: [COMMAND, "⇧", "C"],
  copyCode: [COMMAND, "⇧", ";"],
  editLast: ["↑"],
  stop: ["Esc"],
  rename: ["F2"],
  undo: [COMMAND, "Z"],
  settings: [COMMAND, ","],
  keyboard: [COMMAND, "."],
} as const satisfies Record<string, readonly string[]>;

export type Shortcut = keyof typeof KEYS;

/** Answers false where it did nothing: then the key is the browser's. */
type Run = (event: KeyboardEvent) => unknown;

const runs = new Map<Shortcut, Run>();

/** From now until the answer is called; whoever came last is asked. */
export function onShortcut(name: Shortcut, run: Run): () => void {
  runs.set(name, run);
  return () => {
    if (runs.get(name) === run) runs.delete(name);
  };
}

/** What is to be pressed, such as "Ctrl ⇧ O". */
export function keysOf(name: Shortcut): string {
  return KEYS[name].join(" ");
}

/** All that do something here, as for a list of them. */
export function shortcuts(): [Shortcut, readonly string[]][] {
  return (Object.entries(KEYS) as [Shortcut, readonly string[]][]).filter(([name]) => runs.has(name));
}

export function isField(target: EventTarget | null): target is HTMLInputElement | HTMLTextAreaElement {
  return target instanceof HTMLElement && target.matches("input:not([type=radio]), textarea");
}

function pressed(event: KeyboardEvent): Shortcut | undefined {
  const command = IS_MAC ? event.metaKey : event.ctrlKey;
  const key = event.key.toLowerCase();
  if (event.altKey || event.isComposing) return undefined;
  if (!command) return ({ f2: "rename", escape: "stop", arrowup: "editLast", "?": "keyboard" } as const)[key];
  if (event.shiftKey && event.code === "Semicolon") return "copyCode"; // with Shift its sign differs
  if (event.shiftKey)
    return ({ o: "newChat", s: "sidebar", c: "copyReply", ";": "copyCode", "/": "model" } as const)[key];
  return ({ k: "find", u: "attach", z: "undo", "/": "model", ",": "settings", ".": "keyboard" } as const)[key];
}

addEventListener("keydown", (event) => {
  if (event.defaultPrevented) return;
  const name = pressed(event);
  if (!name || (event.key === "?" && isField(event.target))) return;
  const run = runs.get(name);
  if (run && run(event) !== false) event.preventDefault();
});
