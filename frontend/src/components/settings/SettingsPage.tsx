import { useEffect } from "preact/hooks";
import { t } from "../../i18n";
import { loadOptions, serverOptions } from "../../state/account";
import { Page } from "../Page";
import { Activity } from "./Activity";
import { DeleteAccount } from "./DeleteAccount";
import { Devices } from "./Devices";
import { General } from "./General";
import { Model } from "./Model";
import { Password } from "./Password";

export function SettingsPage() {
  const text = t().settings;
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
