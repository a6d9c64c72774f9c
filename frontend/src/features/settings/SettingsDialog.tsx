import { useEffect } from "preact/hooks";
import { isWide } from "../../browser/preferences";
import { closeSettings, isPlain, navigate, navigateInto, route } from "../../browser/router";
import { t } from "../../i18n";
import { routes, sectionAt } from "../../routes";
import { Dialog } from "../../ui/Dialog";
import { Icon } from "../../ui/Icon";
import { IconButton } from "../../ui/IconButton";
import { loadOptions, serverOptions } from "../account/account";
import { FreshLogin } from "../account/FreshLogin";
import { sections } from "./sections";
import { text } from "./texts";
import "./settings.css";

/** The settings over the page: a list of their pages beside the chosen one; on a phone one or the other. */
export function SettingsDialog() {
  const at = route.value;
  const asked = at.page === "settings" ? at.section : null;
  const found = sections.find(({ name }) => name === asked);
  const shown = found ?? sections[0]!;
  useEffect(() => void loadOptions(), []);
  useEffect(() => {
    document.title = `${text().title} · ${t().appName}`;
  });
  return (
    <Dialog class={found ? "settings at-section" : "settings"} label={text().title} onClose={closeSettings} addressed>
      <nav class="settings-list" aria-labelledby="settings-title">
        <div class="settings-head">
          <h1 id="settings-title">{text().title}</h1>
          <IconButton icon="close" class="settings-close" label={t().common.close} onClick={closeSettings} />
        </div>
        <ul>
          {sections.map(({ name, icon }) => (
            <li key={name}>
              <a
                class="side-row"
                href={sectionAt(name)}
                aria-current={name === shown.name ? "page" : undefined}
                autofocus={name === shown.name}
                onClick={(event) => {
                  if (!isPlain(event)) return;
                  event.preventDefault();
                  (isWide() ? navigate : navigateInto)(sectionAt(name));
                }}
              >
                <Icon name={icon} />
                <span class="side-title">{text().sections[name]}</span>
                <Icon name="right" />
              </a>
            </li>
          ))}
        </ul>
        {serverOptions.value && <p class="settings-foot">{text().version(serverOptions.value.version)}</p>}
      </nav>
      <div class="settings-page" key={shown.name} tabIndex={0} role="group" aria-label={text().sections[shown.name]}>
        <div class="settings-head">
          <IconButton
            icon="left"
            class="settings-back"
            autofocus
            label={text().title}
            onClick={() => navigate(routes.settings)}
          />
          <h2>{text().sections[shown.name]}</h2>
          <IconButton icon="close" label={t().common.close} onClick={closeSettings} />
        </div>
        {shown.parts.map((Part) => (
          <Part key={Part} />
        ))}
      </div>
      <FreshLogin />
    </Dialog>
  );
}
