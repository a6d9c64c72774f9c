import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { isTouch, locale } from "../../browser/preferences";
import { explain, t } from "../../i18n";
import { Problem } from "../../ui/Problem";
import { Section } from "../../ui/Section";
import { useAction } from "../../ui/useAction";
import { sizeOf } from "../files/sizes";
import { CurrentImport, SentFile } from "./CurrentImport";
import { dropInto, pickFile } from "./dropped";
import { EarlierImports } from "./EarlierImports";
import { HowTo } from "./HowTo";
import { current, imports, isShown, justEnded, loadImports, maxBytes, refusal, take, watch } from "./imports";
import { sending } from "./sending";
import { text as texts } from "./texts";
import { outcome } from "./words";

/** A file goes in here, or wherever on the settings it is dropped; below it is what came of earlier ones. */
export function Imports() {
  const text = texts();
  const box = useRef<HTMLDivElement>(null);
  const isOver = useSignal(false);
  const { error, run } = useAction();
  const load = () =>
    run(async () => {
      await loadImports();
      watch();
    });
  useEffect(() => {
    isShown.value = true;
    void load();
    return () => {
      isShown.value = false;
      refusal.value = null;
      justEnded.value = null;
    };
  }, []);
  const takeAny = (files: File[]) => {
    if (files.length === 1) void take(files[0]!);
    else refusal.value = { code: "one_file" };
  };
  useEffect(() => {
    const dialog = box.current!.closest("dialog")!;
    return dropInto(dialog, { onOver: (is) => (isOver.value = is), onFiles: takeAny });
  }, []);
  return (
    <Section title={text.title} lead={text.lead}>
      <div ref={box} class="imports">
        <Progress isOver={isOver.value} />
        <Problem text={refusal.value ? wordsOf(refusal.value) : undefined} />
        {error.value && (
          <>
            <Problem text={error.value.text} />
            <button class="button" onClick={() => void load()}>
              {t().common.retry}
            </button>
          </>
        )}
        <HowTo />
      </div>
      <EarlierImports />
      <p class="unseen" role="status">
        {said()}
      </p>
    </Section>
  );
}

function Progress({ isOver }: { isOver: boolean }) {
  if (sending.value) return <SentFile {...sending.value} />;
  if (current.value) return <CurrentImport of={current.value} />;
  if (!imports.value) return <span class="skeleton drop-skeleton" />;
  return <DropBox isOver={isOver} />;
}

function DropBox({ isOver }: { isOver: boolean }) {
  const text = texts();
  const pick = () => pickFile((file) => void take(file));
  return (
    <div class={isOver ? "drop-box over" : "drop-box"}>
      {isTouch() ? (
        <button class="button" onClick={pick}>
          {text.chooseFile}
        </button>
      ) : (
        <p>
          {text.drop}{" "}
          <button class="link" onClick={pick}>
            {text.choose}
          </button>
        </p>
      )}
      <small>{text.kinds(sizeOf(maxBytes.value, locale.value))}</small>
    </div>
  );
}

function wordsOf(refused: { code: string; message?: string }): string {
  const text = texts();
  const size = (bytes: number) => sizeOf(bytes, locale.value);
  const { name = "", size: bytes } = current.value ?? {};
  const own: Record<string, string> = {
    import_too_large: text.tooLarge(size(maxBytes.value)),
    another_file: text.anotherFile(name, size(bytes ?? 0)),
    file_unreadable: text.unreadable,
    one_file: text.oneFile,
  };
  return own[refused.code] ?? explain(refused);
}

/** For those who do not see it: what has begun, and how it ended. */
function said(): string | undefined {
  const text = texts();
  if (sending.value) return sending.value.waits ? text.serverAway : text.sendingNow(sending.value.name);
  return justEnded.value ? outcome(justEnded.value) : undefined;
}
