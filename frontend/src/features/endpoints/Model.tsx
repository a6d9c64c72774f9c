import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api } from "../../api/client";
import { ApiError } from "../../api/http";
import type { ModelConfig } from "../../api/types";
import { explainError, t } from "../../i18n";
import { Problem } from "../../ui/Problem";
import { Section } from "../../ui/Section";
import { notify } from "../../ui/toasts";
import { account, loadAccount } from "../account/account";
import { ModelForm } from "./ModelForm";

export function Model() {
  const saved = useSignal<ModelConfig | null | undefined>(undefined);
  const problem = useSignal("");
  useEffect(() => {
    api("GET /auth/config").then(
      (config) => (saved.value = config),
      (error: unknown) => {
        if (error instanceof ApiError && error.code === "config_not_found") saved.value = null;
        else problem.value = explainError(error);
      },
    );
  }, []);
  const operator = account.value?.default_model;
  const onSaved = () => {
    notify({ text: t().common.saved });
    void loadAccount();
    void api("GET /auth/config").then((config) => (saved.value = config));
  };
  return (
    <Section title={t().model.name} lead={operator ? t().model.operator(operator) : undefined}>
      <Problem text={problem.value || undefined} />
      {saved.value !== undefined && (
        <ModelForm
          key={saved.value?.configured_at ?? "new"}
          saved={saved.value}
          saveLabel={t().common.save}
          onSaved={onSaved}
        />
      )}
    </Section>
  );
}
