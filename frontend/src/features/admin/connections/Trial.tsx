import { useSignal } from "@preact/signals";
import type { SharedConnection } from "../../../api/types";
import { explain } from "../../../i18n";
import { Icon } from "../../../ui/Icon";
import { Problem } from "../../../ui/Problem";
import { Section } from "../../../ui/Section";
import { Act } from "../Act";
import { useWork } from "../calls";
import { modelsOf, refresh, test } from "./connections";
import { text as texts } from "./texts";

/** Of more it is enough to know how many there are. */
const NAMED = 12;

/** Whether it works, and what its server has. */
export function Trial({ connection }: { connection: SharedConnection }) {
  const text = texts();
  const said = useSignal<string | null>(null);
  const failed = useSignal<string | undefined>(undefined);
  const { busy, error, run } = useWork();
  const models = modelsOf(connection);
  const [first] = models;
  const attempt = (work: () => Promise<string | undefined>) => {
    said.value = null;
    failed.value = undefined;
    return run(async () => {
      said.value = (await work()) ?? null;
    });
  };
  const testIt = () =>
    attempt(async () => {
      const { error, reply_seconds } = await test(connection.id, first!.name);
      if (error) failed.value = explain(error);
      return error ? undefined : text.tested(first!.name, reply_seconds ?? 0);
    });
  const listAgain = () =>
    attempt(async () => {
      const { error, models } = await refresh(connection.id);
      if (error) failed.value = explain(error);
      return error ? undefined : text.refreshed(models.length);
    });
  return (
    <Section title={text.refreshTitle}>
      <ul class="rows">
        <Act
          name={text.models(models.length)}
          lead={named(models.map(({ name }) => name))}
          button={text.refresh}
          disabled={busy.value}
          onDo={listAgain}
        />
        {first && (
          <Act
            name={text.test}
            lead={text.testLead(first.name)}
            button={text.test}
            disabled={busy.value}
            onDo={testIt}
          />
        )}
      </ul>
      <p class="verdict" role="status">
        {said.value && (
          <>
            <Icon name="check" /> {said.value}
          </>
        )}
      </p>
      <Problem text={failed.value ?? error.value?.text} />
    </Section>
  );
}

function named(models: string[]): string {
  const { some, someOf, noModels } = texts();
  if (models.length > NAMED) return someOf(models.slice(0, NAMED), models.length - NAMED);
  return models.length ? some(models) : noModels;
}
