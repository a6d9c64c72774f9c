import { api } from "../../api/client";
import { ModelForm } from "./ModelForm";
import { modelsChanged } from "./models";
import { text } from "./texts";
import type { Config } from "./useModelForm";

export function FirstRun() {
  return (
    <div class="scroll">
      <section class="column first-run">
        <h1>{text().firstTitle}</h1>
        <p class="lead">{text().firstLead}</p>
        <ModelForm saveLabel={text().save} save={save} onSaved={() => void modelsChanged()} />
      </section>
    </div>
  );
}

/** As the connection that programs of this API know as the person's model. */
function save({ label: _, ...body }: Config): Promise<unknown> {
  return api("PUT /auth/config", { body });
}
