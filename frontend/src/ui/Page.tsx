import type { ComponentChildren } from "preact";
import { sidebarOpen } from "../browser/preferences";
import { navigate } from "../browser/router";
import { t } from "../i18n";
import { routes } from "../routes";
import { IconButton } from "./IconButton";

/** The main part of the page: a quiet bar with a heading, and what belongs to it. */
export function Page({ heading, children }: { heading: string; children: ComponentChildren }) {
  return (
    <main class="page" tabIndex={-1}>
      <header class="bar">
        {!sidebarOpen.value && (
          <>
            <IconButton icon="sidebar" label={t().list.open} onClick={() => (sidebarOpen.value = true)} />
            <IconButton icon="plus" label={t().list.newChat} onClick={() => navigate(routes.start)} />
          </>
        )}
        {heading && (
          <h1 class="bar-title" dir="auto">
            {heading}
          </h1>
        )}
      </header>
      {children}
    </main>
  );
}
