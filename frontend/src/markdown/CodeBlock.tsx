import { useSignal } from "@preact/signals";
import { t } from "../i18n";
import { CopyButton } from "../ui/CopyButton";
import { IconButton } from "../ui/IconButton";
import { tell } from "../ui/toasts";
import { breakable, isUnbroken } from "../ui/unbroken";
import { Sideways } from "./Sideways";
import { useColours } from "./useColours";

export function CodeBlock({ text, language }: { text: string; language: string }) {
  const { html, rest } = useColours(text, language);
  const wrapped = useSignal(false);
  const isEndless = isUnbroken(text); // paper wraps it, too
  const { wrap, unwrap, downloadCode, copyCode, plainText, code } = t().thread;
  const name = language || plainText;
  const save = () => void import("./download").then(({ download }) => download(text, language)).catch(tell);
  return (
    <figure class={wrapped.value ? "code wrapped" : "code"} dir="ltr">
      <figcaption>
        <span>{name}</span>
        <IconButton
          icon="wrap"
          class={wrapped.value ? "on" : ""}
          label={wrapped.value ? unwrap : wrap}
          onClick={() => (wrapped.value = !wrapped.value)}
        />
        <IconButton icon="data" label={downloadCode} onClick={save} />
        <CopyButton text={() => text} label={copyCode} />
      </figcaption>
      <Sideways class="lines" label={code(name)}>
        <pre>
          <code>
            {isEndless ? (
              breakable(text)
            ) : (
              <>
                {html !== undefined && <span dangerouslySetInnerHTML={{ __html: html }} />}
                {rest}
              </>
            )}
          </code>
        </pre>
      </Sideways>
    </figure>
  );
}
