/** The keys of the frame; the parts of the page have more of their own. */
import { loggedIn } from "../../api/session";
import { sidebarOpen } from "../../browser/preferences";
import { currentId, navigate } from "../../browser/router";
import { routes } from "../../routes";
import { toggleOverlay } from "../../ui/layers";
import { isField, onShortcut, type Shortcut } from "../../ui/shortcuts";
import { undoLast } from "../../ui/toasts";
import { renaming } from "./opened";

/** From now on, until the answer is called; they do nothing for somebody who is not logged in. */
export function frameShortcuts(): () => void {
  const on = (name: Shortcut, run: (event: KeyboardEvent) => unknown) =>
    onShortcut(name, (event) => loggedIn.value !== false && run(event));
  const ends = [
    on("find", () => toggleOverlay("find")),
    on("keyboard", () => toggleOverlay("keyboard")),
    on("newChat", () => navigate(routes.start)),
    on("settings", () => navigate(routes.settings)),
    on("sidebar", () => {
      sidebarOpen.value = !sidebarOpen.value;
    }),
    on("rename", () => {
      if (currentId.value === null) return false;
      renaming.value = { id: currentId.value, place: "title" };
    }),
    // What was written has an undoing of its own.
    on("undo", ({ target }) => !(isField(target) && target.value) && undoLast()),
  ];
  return () => {
    for (const end of ends) end();
  };
}
