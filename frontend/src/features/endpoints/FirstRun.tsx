import { t } from "../../i18n";
import { loadAccount } from "../account/account";
import { ModelForm } from "./ModelForm";

export function FirstRun() {
  return (
    <div class="scroll">
      <section class="column first-run">
        <h1>{t().model.firstTitle}</h1>
        <p class="lead">{t().model.firstLead}</p>
        <ModelForm saveLabel={t().model.save} onSaved={() => void loadAccount()} />
      </section>
    </div>
  );
}
