import { formulas } from "./lazy";

export function Formula({ tex, display }: { tex: string; display: boolean }) {
  const html = formulas()?.setFormula(tex, display);
  const className = display ? "formula display" : "formula";
  if (html === undefined) return <code class={className}>{tex}</code>;
  return <span class={className} dangerouslySetInnerHTML={{ __html: html }} />;
}
