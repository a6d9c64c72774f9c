/** What this browser remembers: theme, language, whether the sidebar is open. */
import { effect, signal } from "@preact/signals";
import { store, stored } from "./storage";

export type Theme = "system" | "light" | "dark";
export type Locale = "en" | "zh-CN";

const WIDE = "(min-width: 800px)";

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
  const kept = sidebarOpen.value ? "open" : "closed"; // read at every width, so that it is heard of
  if (isWide()) store("sidebar", kept);
});

/** An open sidebar lies over a narrow page, so it is not open there by itself. */
matchMedia(WIDE).addEventListener("change", ({ matches }) => {
  sidebarOpen.value = matches && stored("sidebar") !== "closed";
});

export function chooseLocale(choice: Locale): void {
  locale.value = choice;
  store("locale", choice);
}

export function isWide(): boolean {
  return matchMedia(WIDE).matches;
}

/** Fingers are what this device is used with: its keyboard is on the screen and has no Shift + Enter. */
export function isTouch(): boolean {
  return matchMedia("(pointer: coarse)").matches;
}

function preferred(): Locale {
  const first = navigator.languages.find((language) => /^(zh|en)\b/i.test(language));
  return first?.toLowerCase().startsWith("zh") ? "zh-CN" : "en";
}
