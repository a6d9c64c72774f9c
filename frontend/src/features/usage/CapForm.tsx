import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Cap } from "../../api/types";
import { Choice } from "../../ui/Choice";
import { Field } from "../../ui/Field";
import { FormButtons } from "../../ui/FormButtons";
import { Problem } from "../../ui/Problem";
import { Select } from "../../ui/Select";
import { tell } from "../../ui/toasts";
import { useAction } from "../../ui/useAction";
import { connections, loadConnections } from "../endpoints/connections";
import { ModelPick } from "../endpoints/ModelPick";
import { models } from "../endpoints/models";
import { text as paramTexts } from "../endpoints/paramTexts";
import { text as texts } from "./capPageTexts";
import { changeCaps } from "./caps";
import { amountRefused, asSet, capOf, type TypedCap } from "./typedCap";

/** A new limit of one's own, beside those that there are. */
export function CapForm({ own, onClose }: { own: Cap[]; onClose: () => void }) {
  const text = texts();
  const typed = useSignal<TypedCap>({
    amount: "",
    unit: "messages",
    period: "day",
    target: "all",
    connection: null,
    model: null,
  });
  const wrong = useSignal<string | undefined>(undefined);
  const { busy, error, run } = useAction();
  const { amount, unit, period, target, connection, model } = typed.value;
  useEffect(() => void loadConnections().catch(tell), []);
  const change = (what: Partial<TypedCap>) => {
    typed.value = { ...typed.value, ...what };
    wrong.value = undefined;
  };
  const chosen = models.value?.find(({ id }) => id === model);
  const isModelMissing = wrong.value === text.model && target === "model" && !chosen;
  const save = async () => {
    const cap = capOf(typed.value);
    wrong.value = typeof cap === "string" ? text[cap] : target === "model" && !chosen ? text.model : undefined;
    if (typeof cap === "string" || wrong.value) return;
    const done = await run(() =>
      changeCaps((own) => [...own.map(asSet), cap]).catch((failure: unknown) => {
        const said = amountRefused(failure, own.length);
        wrong.value = said && paramTexts().wrong.told(said);
        throw failure;
      }),
    );
    if (done) onClose();
  };
  return (
    <form
      class="cap-form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <div class="cap-amount">
        <Field
          label={text.amount}
          autofocus
          autocomplete="off"
          maxLength={24}
          error={isModelMissing ? undefined : wrong.value}
          value={amount}
          input={{ inputMode: unit === "nano_usd" ? "decimal" : "numeric" }}
          onValue={(value) => change({ amount: value })}
        />
        <Select
          label={text.unit}
          value={unit}
          options={Object.entries(text.units) as [Cap["unit"], string][]}
          hint={unit === "nano_usd" ? text.money : undefined}
          onValue={(value) => change({ unit: value })}
        />
      </div>
      <Choice
        label={text.period}
        value={period}
        options={Object.entries(text.periods) as [Cap["period"], string][]}
        onChange={(value) => change({ period: value })}
      />
      <Select
        label={text.target}
        value={connection === null ? target : `connection ${connection}`}
        options={targets()}
        onValue={(value) => {
          const [kind, id] = value.split(" ") as [Cap["target"], string?];
          change({ target: kind, connection: id ? Number(id) : null });
        }}
      />
      {target === "model" && (
        <div class="cap-model">
          <ModelPick
            label={text.targets.one}
            model={chosen}
            none={text.chooseModel}
            onChoose={({ id }) => change({ model: id })}
          />
          {isModelMissing && (
            <p class="note bad" role="alert">
              {text.model}
            </p>
          )}
        </div>
      )}
      <Problem text={wrong.value ? undefined : error.value?.text} />
      <FormButtons busy={busy.value} onCancel={onClose} />
    </form>
  );
}

/** What a limit may be for: what is there. */
function targets(): [string, string][] {
  const { targets, connectionOf } = texts();
  const isAnyShared = models.value?.some(({ connection }) => connection.shared);
  const own = connections.value ?? [];
  return [
    ["all", targets.all],
    ...(isAnyShared ? [["shared", targets.shared] as [string, string]] : []),
    ...own.map(({ id, label }): [string, string] => [`connection ${id}`, connectionOf(label)]),
    ["model", targets.one],
  ];
}
