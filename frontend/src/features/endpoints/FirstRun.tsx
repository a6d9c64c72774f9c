import { modelChanged } from "./endpoint";
import { ModelForm } from "./ModelForm";
import { text } from "./texts";

export function FirstRun() {
  return (
    <div class="scroll">
      <section class="column first-run">
        <h1>{text().firstTitle}</h1>
        <p class="lead">{text().firstLead}</p>
        <ModelForm saveLabel={text().save} onSaved={() => void modelChanged()} />
      </section>
    </div>
  );
}
