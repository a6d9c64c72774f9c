import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api } from "../../api/client";
import type { ImportItemRead, ImportRead } from "../../api/schema";
import { follow } from "../../browser/router";
import { explainError } from "../../i18n";
import { conversationAt } from "../../routes";
import { Choice } from "../../ui/Choice";
import { Dialog } from "../../ui/Dialog";
import { Facts } from "../../ui/Facts";
import { Problem } from "../../ui/Problem";
import { text as texts } from "./texts";
import { noteOf, RESULTS, type Result, whyOfItem } from "./words";

const PAGE = 50;

type Filter = Result | "all";

/** What became of each conversation of a file; what failed or was skipped is shown first. */
export function Report({ of: one, onClose }: { of: ImportRead; onClose: () => void }) {
  const text = texts();
  const there = RESULTS.filter((result) => one[result] > 0);
  const first = there.find((result) => result === "failed" || result === "skipped") ?? "all";
  const filter = useSignal<Filter>(first);
  const items = useSignal<ImportItemRead[] | undefined>(undefined);
  const cursor = useSignal<string | undefined>(undefined);
  const failed = useSignal<string | undefined>(undefined);
  const busy = useSignal(false);
  /** Of what is not wanted any more nothing is shown. */
  const load = async () => {
    const wanted = filter.value;
    const result = wanted === "all" ? undefined : wanted;
    const params = { id: one.id, limit: PAGE, cursor: cursor.value, result };
    failed.value = undefined;
    busy.value = true;
    try {
      const page = await api("GET /imports/{id}/items", { params });
      if (wanted !== filter.value) return;
      items.value = [...(items.value ?? []), ...page.items];
      cursor.value = page.cursor ?? undefined;
    } catch (error) {
      if (wanted === filter.value) failed.value = explainError(error);
    } finally {
      if (wanted === filter.value) busy.value = false;
    }
  };
  const show = (result: Filter) => {
    filter.value = result;
    items.value = cursor.value = undefined;
    void load();
  };
  useEffect(() => show(first), []);
  const options: [Filter, string][] = [
    ["all", text.all(one.done)],
    ...there.map((result): [Filter, string] => [result, text.results[result](one[result])]),
  ];
  return (
    <Dialog title={text.reportOf(one.name)} onClose={onClose} class="import-report">
      {there.length > 1 && <Choice label={text.filter} value={filter.value} options={options} onChange={show} />}
      <div class="import-items" tabIndex={0} role="group" aria-label={text.report}>
        <ul class="rows">
          {items.value?.map((item, place) => (
            <Item key={place} of={item} />
          ))}
        </ul>
        {!items.value && !failed.value && <span class="skeleton row-skeleton" />}
        {items.value && !items.value.length && <p class="lead">{text.none}</p>}
        <Problem text={failed.value} />
        {cursor.value && (
          <button class="button" disabled={busy.value} onClick={() => void load()}>
            {text.more}
          </button>
        )}
      </div>
    </Dialog>
  );
}

function Item({ of: item }: { of: ImportItemRead }) {
  const text = texts();
  const { conversation_id: id, title, source_id, result } = item;
  const name = title || text.untitled;
  return (
    <li>
      <div class="import-item">
        {id == null ? (
          <span dir="auto">{name}</span>
        ) : (
          <a href={conversationAt(id)} onClick={follow} dir="auto">
            {name}
          </a>
        )}
        {item.why && <small class="import-why">{whyOfItem(item)}</small>}
        <small>
          <Facts of={[!title && source_id && text.idThere(source_id), ...item.notes.map(noteOf)]} />
        </small>
      </div>
      <small class={`import-result ${result}`}>{text.result[result]}</small>
    </li>
  );
}
