import { useEffect } from "preact/hooks";
import { t } from "../../i18n";
import { Page } from "../../ui/Page";
import { Activity } from "../account/Activity";
import { loadOptions, serverOptions } from "../account/account";
import { DeleteAccount } from "../account/DeleteAccount";
import { Devices } from "../account/Devices";
import { Password } from "../account/Password";
import { Model } from "../endpoints/Model";
import { General } from "./General";
import { text as settingsText } from "./texts";
import "./settings.css";

export function SettingsPage() {
  const text = settingsText();
  useEffect(() => void loadOptions(), []);
  useEffect(() => {
    document.title = `${text.title} · ${t().appName}`;
  });
  return (
    <Page heading="">
      <div class="scroll">
        <div class="column settings">
          <h1>{text.title}</h1>
          <General />
          <Model />
          <Password />
          <Devices />
          <Activity />
          <DeleteAccount />
          {serverOptions.value && <p class="settings-foot">{text.version(serverOptions.value.version)}</p>}
        </div>
      </div>
    </Page>
  );
}
