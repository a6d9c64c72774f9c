/** What this browser remembers: theme, language, whether the sidebar is open. */
import { effect, signal } from "@preact/signals";
import { store, stored } from "./storage";

export type Theme = "system" | "light" | "dark";
export type Locale = "en" | "zh-CN";

export const theme = signal<Theme>((stored("theme") as Theme) ?? "system");
export const locale = signal<Locale>((stored("locale") as Locale) ?? preferred());
export const sidebarOpen = signal(isWide() && stored("sidebar") !== "closed");

effect(() => {
  document.documentElement.dataset.theme = theme.value;
  store("theme", theme.value);
});
effect(() => {
  document.documentElement.lang = locale.value;
});
effect(() => {
  if (isWide()) store("sidebar", sidebarOpen.value ? "open" : "closed");
});

export function chooseLocale(choice: Locale): void {
  locale.value = choice;
  store("locale", choice);
}

export function isWide(): boolean {
  return matchMedia("(min-width: 800px)").matches;
}

/** Fingers are what this device is used with: its keyboard is on the screen and has no Shift + Enter. */
export function isTouch(): boolean {
  return matchMedia("(pointer: coarse)").matches;
}

function preferred(): Locale {
  const first = navigator.languages.find((language) => /^(zh|en)\b/i.test(language));
  return first?.toLowerCase().startsWith("zh") ? "zh-CN" : "en";
}
