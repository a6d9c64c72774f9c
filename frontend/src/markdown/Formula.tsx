import { t } from "../i18n";
import { formulas } from "./lazy";
import { Sideways } from "./Sideways";

export function Formula({ tex, display }: { tex: string; display: boolean }) {
  const html = formulas()?.setFormula(tex, display);
  if (html === undefined) return <code class={display ? "formula display" : "formula"}>{tex}</code>;
  if (!display) return <span class="formula" dangerouslySetInnerHTML={{ __html: html }} />;
  return (
    <Sideways class="formula display" label={t().thread.formula}>
      <div dangerouslySetInnerHTML={{ __html: html }} />
    </Sideways>
  );
}
