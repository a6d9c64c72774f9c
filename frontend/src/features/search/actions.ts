import { theme } from "../../browser/preferences";
import { navigate } from "../../browser/router";
import { t } from "../../i18n";
import { routes } from "../../routes";
import type { IconName } from "../../ui/Icon";
import { keysOf } from "../../ui/shortcuts";
import { text } from "./texts";

export interface Action {
  label: string;
  icon: IconName;
  keys?: string;
  run: () => void;
}

/** What can be done from anywhere, found by its name. */
export function actions(): Action[] {
  const dark =
    theme.value === "dark" || (theme.value === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  return [
    { label: t().list.newChat, icon: "plus", keys: keysOf("newChat"), run: () => navigate(routes.start) },
    { label: t().list.settings, icon: "settings", keys: keysOf("settings"), run: () => navigate(routes.settings) },
    {
      label: dark ? text().lightTheme : text().darkTheme,
      icon: "theme",
      run: () => {
        theme.value = dark ? "light" : "dark";
      },
    },
  ];
}
