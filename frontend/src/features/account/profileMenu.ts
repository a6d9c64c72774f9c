import { chooseLocale, isTouch, type Locale, locale, type Theme, theme } from "../../browser/preferences";
import { navigate } from "../../browser/router";
import { t } from "../../i18n";
import { routes, sectionAt } from "../../routes";
import { overlay } from "../../ui/layers";
import type { MenuSection } from "../../ui/Menu";
import { keysOf } from "../../ui/shortcuts";
import { tell } from "../../ui/toasts";
import { account, signOut } from "./account";
import { languages, profileText } from "./profileTexts";

/** What stands under a person's name. */
export function profileSections(): MenuSection[] {
  const text = profileText();
  return [
    {
      entries: [
        { label: t().list.settings, icon: "settings", keys: keysOf("settings"), run: () => navigate(routes.settings) },
        !isTouch() && {
          label: text.keyboard,
          icon: "keyboard",
          keys: keysOf("keyboard"),
          run: () => (overlay.value = "keyboard"),
        },
        { label: text.deleted, icon: "trash", run: () => navigate(sectionAt("data")) },
      ],
    },
    {
      entries: [
        { label: text.theme, icon: "theme", hint: text.themes[theme.value], more: [{ entries: themes() }] },
        { label: text.language, icon: "globe", hint: languages[locale.value], more: [{ entries: spoken() }] },
      ],
    },
    {
      entries: [
        account.value?.role === "admin" && { label: text.admin, icon: "shield", run: () => navigate(routes.admin) },
        { label: text.logOut, icon: "exit", run: () => void signOut().catch(tell) },
      ],
    },
  ];
}

function themes() {
  return (Object.entries(profileText().themes) as [Theme, string][]).map(([name, label]) => ({
    label,
    checked: theme.value === name,
    run: () => {
      theme.value = name;
    },
  }));
}

function spoken() {
  return (Object.entries(languages) as [Locale, string][]).map(([name, label]) => ({
    label,
    checked: locale.value === name,
    run: () => chooseLocale(name),
  }));
}
