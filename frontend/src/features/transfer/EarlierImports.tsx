import { useSignal } from "@preact/signals";
import type { ImportRead } from "../../api/schema";
import { locale } from "../../browser/preferences";
import { t } from "../../i18n";
import { Facts } from "../../ui/Facts";
import { Problem } from "../../ui/Problem";
import { useAction } from "../../ui/useAction";
import { when } from "../../ui/when";
import { imports, isOpen, loadImports, moreImports, undo } from "./imports";
import { Report } from "./Report";
import { text as texts } from "./texts";
import { productOf, resultsOf, whyOf } from "./words";

/** What was imported before, the newest first: what came of it, and the way back. */
export function EarlierImports() {
  const text = texts();
  const { busy, error, run } = useAction();
  const ended = imports.value?.filter((one) => !isOpen(one)) ?? [];
  if (!ended.length) return null;
  return (
    <div class="earlier">
      <h3>{text.earlier}</h3>
      <ul class="rows">
        {ended.map((one) => (
          <Row key={one.id} of={one} />
        ))}
      </ul>
      <Problem text={error.value?.text} />
      {moreImports.value && (
        <button class="button" disabled={busy.value} onClick={() => void run(() => loadImports(true))}>
          {text.more}
        </button>
      )}
    </div>
  );
}

function Row({ of: one }: { of: ImportRead }) {
  const text = texts();
  const undoing = useSignal(false);
  const reading = useSignal(false);
  const { name, status, created, done } = one;
  const results = resultsOf(one);
  const facts = [
    status === "cancelled" && text.cancelled,
    ...(results.length ? results : [status === "done" && text.nothing]),
    one.undo && (one.undo === "running" ? text.undoing : text.undone),
  ];
  if (undoing.value)
    return (
      <li>
        <Undo of={one} onClose={() => (undoing.value = false)} />
      </li>
    );
  return (
    <li class="import-row">
      <div class="import-about">
        <strong dir="auto">{name}</strong>
        <small>
          <Facts of={[productOf(one), when(one.ended_at ?? one.created_at, locale.value)]} />
        </small>
        {status === "failed" && <small class="import-why">{whyOf(one)}</small>}
        <small>
          <Facts of={facts} />
        </small>
      </div>
      {done > 0 && (
        <span class="row-end">
          {created > 0 && !one.undo && (
            <button class="button" aria-label={text.undoThis(name)} onClick={() => (undoing.value = true)}>
              {text.undo}
            </button>
          )}
          <button class="button" aria-label={text.reportOf(name)} onClick={() => (reading.value = true)}>
            {text.report}
          </button>
        </span>
      )}
      {reading.value && <Report of={one} onClose={() => (reading.value = false)} />}
    </li>
  );
}

function Undo({ of: one, onClose }: { of: ImportRead; onClose: () => void }) {
  const text = texts();
  const { busy, error, run } = useAction();
  const sure = async () => {
    if (await run(() => undo(one))) onClose();
  };
  return (
    <div class="import-undo">
      <strong dir="auto">{one.name}</strong>
      <p>
        {text.undoLead(one.created)} {one.updated > 0 && text.undoKeeps}
      </p>
      <Problem text={error.value?.text} />
      <div class="form-buttons">
        <button class="button danger" disabled={busy.value} onClick={() => void sure()}>
          {text.undoSure}
        </button>
        <button class="button" onClick={onClose}>
          {t().common.cancel}
        </button>
      </div>
    </div>
  );
}
