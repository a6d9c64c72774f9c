import type { ComponentChildren } from "preact";
import type { ImportRead } from "../../api/schema";
import { locale } from "../../browser/preferences";
import { Facts } from "../../ui/Facts";
import { Problem } from "../../ui/Problem";
import { useAction } from "../../ui/useAction";
import { sizeOf } from "../files/sizes";
import { pickFile } from "./dropped";
import { cancel, received, take } from "./imports";
import type { sending } from "./sending";
import { text as texts } from "./texts";
import { resultsOf } from "./words";

/** A file on its way from here. */
export function SentFile({ name, size, sent, waits }: NonNullable<typeof sending.value>) {
  const text = texts();
  const percent = size ? Math.floor((100 * sent) / size) : 100;
  const facts = [text.sending(percent, inWords(sent), inWords(size))];
  return <Card name={name} facts={waits ? [text.serverAway] : facts} done={sent} total={size} />;
}

/** An import that has not ended: it waits for its file, or for its turn, or is being read. */
export function CurrentImport({ of: one }: { of: ImportRead }) {
  const text = texts();
  if (one.status === "uploading") return <Unsent of={one} />;
  if (one.status === "waiting") return <Card name={one.name} facts={[text.turn]} />;
  const facts = [text.done(one.done, one.total ?? null), ...resultsOf(one)];
  return <Card name={one.name} facts={facts} done={one.total == null ? undefined : one.done} total={one.total} />;
}

/** Its file is not sent from here: another tab does so, or it was broken off. */
function Unsent({ of: { name, size } }: { of: ImportRead }) {
  const text = texts();
  const { bytes, grows } = received.value ?? { bytes: 0, grows: true };
  const words = (grows ? text.elsewhere : text.goOn)(inWords(bytes), size == null ? "?" : inWords(size));
  if (!received.value) return <Card name={name} facts={[]} />;
  return (
    <Card name={name} facts={[words]} done={bytes} total={size}>
      {!grows && (
        <button class="button primary" onClick={() => pickFile((file) => void take(file))}>
          {text.chooseSame}
        </button>
      )}
    </Card>
  );
}

interface CardProps {
  name: string;
  facts: string[];
  done?: number;
  total?: number | null;
  children?: ComponentChildren;
}

function Card({ name, facts, done, total, children }: CardProps) {
  const text = texts();
  const { busy, error, run } = useAction();
  return (
    <div class="import-card">
      <strong dir="auto">{name}</strong>
      <progress class="import-progress" aria-label={name} value={done} max={total ?? undefined} />
      <small>
        <Facts of={facts} />
      </small>
      <Problem text={error.value?.text} />
      <div class="form-buttons">
        {children}
        <button
          class="button"
          aria-label={text.cancelThis(name)}
          disabled={busy.value}
          onClick={() => void run(cancel)}
        >
          {text.cancel}
        </button>
      </div>
    </div>
  );
}

function inWords(bytes: number): string {
  return sizeOf(bytes, locale.value);
}
