import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { AdminCap, CapCreate } from "../../../api/types";
import { Choice } from "../../../ui/Choice";
import { Field } from "../../../ui/Field";
import { FormButtons } from "../../../ui/FormButtons";
import { Problem } from "../../../ui/Problem";
import { Select } from "../../../ui/Select";
import { text as usageTexts } from "../../usage/capPageTexts";
import { capOf } from "../../usage/typedCap";
import { tellFailure, useWork } from "../calls";
import { connections, labelOf, loadConnections, modelsOf } from "../connections/connections";
import { groups, loadGroups } from "../groups/groups";
import { UserPicker } from "../UserPicker";
import { addCap } from "./caps";
import { text as texts } from "./texts";

type Whose = "each" | "everyone" | "group" | "user";

interface Typed {
  amount: string;
  unit: AdminCap["unit"];
  period: AdminCap["period"];
  warn: string;
  whose: Whose;
  group: number | null;
  user: { id: number; username: string } | null;
  connection: number | null;
  model: number | null;
}

interface Wrong {
  amount?: string;
  warn?: string;
  whose?: string;
}

const FIRST: Typed = {
  amount: "",
  unit: "messages",
  period: "day",
  warn: "80",
  whose: "each",
  group: null,
  user: null,
  connection: null,
  model: null,
};

/** A new limit. */
export function CapForm({ onClose }: { onClose: () => void }) {
  const text = texts();
  const usage = usageTexts();
  const typed = useSignal(FIRST);
  const wrong = useSignal<Wrong>({});
  const { busy, error, run } = useWork();
  useEffect(() => void Promise.all([loadGroups(), loadConnections()]).catch(tellFailure), []);
  const change = (what: Partial<Typed>) => {
    typed.value = { ...typed.value, ...what };
    wrong.value = {};
  };
  const save = async () => {
    const { cap, wrong: found } = meant(typed.value);
    wrong.value = found;
    if (cap && (await run(() => addCap(cap)))) onClose();
  };
  const { amount, unit, period, warn, whose, group, user, connection, model } = typed.value;
  const told = error.value?.fields.find(({ field }) => field === "amount")?.message;
  const chosen = connections.value?.find(({ id }) => id === connection);
  return (
    <form
      class="cap-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <div class="cap-amount">
        <Field
          label={usage.amount}
          autofocus
          autocomplete="off"
          maxLength={24}
          error={wrong.value.amount ?? told}
          value={amount}
          input={{ inputMode: unit === "nano_usd" ? "decimal" : "numeric" }}
          onValue={(value) => change({ amount: value })}
        />
        <Select
          label={usage.unit}
          value={unit}
          options={Object.entries(usage.units) as [AdminCap["unit"], string][]}
          hint={unit === "nano_usd" ? usage.money : undefined}
          onValue={(value) => change({ unit: value })}
        />
      </div>
      <Choice
        label={usage.period}
        value={period}
        options={Object.entries(usage.periods) as [AdminCap["period"], string][]}
        onChange={(value) => change({ period: value })}
      />
      <div class="cap-whose">
        <Select<Whose>
          label={text.whose}
          value={whose}
          options={(Object.entries(text.scopes) as [Whose, string][]).filter(
            ([each]) => each !== "group" || groups.value?.length,
          )}
          onValue={(value) => change({ whose: value })}
        />
        {whose === "group" && (
          <Select
            label={text.group}
            value={String(group ?? "")}
            options={[["", text.chooseGroup], ...named(groups.value ?? [])]}
            onValue={(value) => change({ group: value ? Number(value) : null })}
          />
        )}
        {whose === "user" && (
          <div class="cap-user">
            <span>{text.user}</span>
            <UserPicker label={text.findUser} isChosen={() => false} onChoose={(found) => change({ user: found })}>
              <bdi>{user?.username ?? text.chooseUser}</bdi>
            </UserPicker>
          </div>
        )}
        <div class="cap-missing" role="alert">
          {wrong.value.whose && <p class="note bad">{wrong.value.whose}</p>}
        </div>
        <Select
          label={text.on}
          value={String(connection ?? "")}
          options={[
            ["", text.allShared],
            ...named((connections.value ?? []).map((of) => ({ id: of.id, name: usage.connectionOf(labelOf(of)) }))),
          ]}
          onValue={(value) => change({ connection: value ? Number(value) : null, model: null })}
        />
        {chosen && (
          <Select
            label={text.model}
            value={String(model ?? "")}
            options={[["", text.allModels], ...named(modelsOf(chosen))]}
            onValue={(value) => change({ model: value ? Number(value) : null })}
          />
        )}
        <Field
          label={text.warn}
          autocomplete="off"
          maxLength={3}
          error={wrong.value.warn}
          value={warn}
          input={{ inputMode: "numeric" }}
          onValue={(value) => change({ warn: value })}
        />
      </div>
      <Problem text={told ? undefined : error.value?.text} />
      <FormButtons busy={busy.value} onCancel={onClose} />
    </form>
  );
}

function named(all: { id: number; name: string }[]): [string, string][] {
  return all.map(({ id, name }) => [String(id), name]);
}

/** The limit that is meant, or what is wrong with what was typed. */
function meant(typed: Typed): { cap?: CapCreate; wrong: Wrong } {
  const text = texts();
  const { whose, group, user, connection, model, period, unit } = typed;
  const wrong: Wrong = {};
  const found = capOf({ ...typed, target: "shared", connection: null, model: null });
  if (typeof found === "string") wrong.amount = usageTexts()[found];
  const warn_percent = /^\d+$/.test(typed.warn.trim()) ? Number(typed.warn) : 0;
  if (warn_percent < 1 || warn_percent > 100) wrong.warn = text.warnWrong;
  if (whose === "group" && group === null) wrong.whose = text.missingGroup;
  if (whose === "user" && !user) wrong.whose = text.missingUser;
  if (typeof found === "string" || Object.keys(wrong).length) return { wrong };
  const cap: CapCreate = {
    scope: whose === "each" ? "user" : whose,
    group_id: whose === "group" ? group : null,
    user_id: whose === "user" ? user!.id : null,
    connection_id: connection,
    model_id: model,
    period,
    unit,
    amount: found.amount,
    warn_percent,
  };
  return { cap, wrong };
}
