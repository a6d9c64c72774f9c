import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { copyText } from "../../browser/anywhere";
import { t } from "../../i18n";
import { notify } from "../../ui/toasts";
import { account } from "./account";
import { factorText } from "./factorTexts";

interface Props {
  codes: string[];
  done: string;
  onDone: () => void;
}

/** Codes that can be read here and never again. */
export function RecoveryCodes({ codes, done, onDone }: Props) {
  const text = factorText();
  const copied = useSignal(false);
  const box = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    box.current!.focus({ preventScroll: true });
    box.current!.scrollIntoView({ block: "nearest" });
  }, []);
  const copy = () =>
    copyText(codes.join("\n")).then(
      () => (copied.value = true),
      () => notify({ text: t().common.notCopied }),
    );
  const save = () => {
    const head = text.fileHead(location.host, account.value?.username ?? "");
    const address = URL.createObjectURL(new Blob([`${head}\n\n${codes.join("\n")}\n`], { type: "text/plain" }));
    Object.assign(document.createElement("a"), { href: address, download: text.file }).click();
    setTimeout(() => URL.revokeObjectURL(address), 0);
  };
  return (
    <section class="factor factor-codes" ref={box} tabIndex={-1} aria-label={text.codes}>
      <p>{text.once}</p>
      <ul dir="ltr">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div class="form-buttons">
        <button type="button" class="button" onClick={() => void copy()}>
          {copied.value ? t().common.copied : text.copy}
        </button>
        <button type="button" class="button" onClick={save}>
          {text.download}
        </button>
        <button type="button" class="button primary" onClick={onDone}>
          {done}
        </button>
      </div>
      <p class="unseen" role="status">
        {copied.value && t().common.copied}
      </p>
    </section>
  );
}
