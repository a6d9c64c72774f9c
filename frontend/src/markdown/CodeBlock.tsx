import { t } from "../i18n";
import { CopyButton } from "../ui/CopyButton";
import { useColours } from "./useColours";

export function CodeBlock({ text, language }: { text: string; language: string }) {
  const { html, rest } = useColours(text, language);
  return (
    <figure class="code">
      <figcaption>
        <span>{language || t().thread.plainText}</span>
        <CopyButton text={() => text} label={t().thread.copyCode} />
      </figcaption>
      <pre tabIndex={0}>
        <code>
          {html !== undefined && <span dangerouslySetInnerHTML={{ __html: html }} />}
          {rest}
        </code>
      </pre>
    </figure>
  );
}
