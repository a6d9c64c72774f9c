import type { ComponentChildren } from "preact";
import { isWide, sidebarOpen } from "../browser/preferences";
import { navigate } from "../browser/router";
import { t } from "../i18n";
import { routes } from "../routes";
import { IconButton } from "./IconButton";

/** The main part of the page: a quiet bar with what it is about, and what belongs to it. */
export function Page({ heading, children }: { heading?: ComponentChildren; children: ComponentChildren }) {
  return (
    <main class="page" tabIndex={-1}>
      <header class="bar">
        {!sidebarOpen.value && (
          <IconButton
            icon={isWide() ? "sidebar" : "menu"}
            label={t().list.open}
            onClick={() => (sidebarOpen.value = true)}
          />
        )}
        <div class="bar-about">{heading}</div>
        {!sidebarOpen.value && (
          <IconButton icon="plus" class="bar-new" label={t().list.newChat} onClick={() => navigate(routes.start)} />
        )}
      </header>
      {children}
    </main>
  );
}
