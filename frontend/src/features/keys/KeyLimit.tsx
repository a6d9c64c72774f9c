import { Choice } from "../../ui/Choice";
import { Field } from "../../ui/Field";
import { Select } from "../../ui/Select";
import { text as capTexts } from "../usage/capPageTexts";
import type { WrongAmount } from "../usage/typedCap";
import { text as texts } from "./texts";
import type { TypedKey } from "./typedKey";
import "../usage/caps.css";

interface Props {
  typed: TypedKey;
  wrong: WrongAmount | undefined;
  /** What the server says of the amount. */
  told: string | undefined;
  onChange: (what: Partial<TypedKey>) => void;
}

/** How much may be used by a key. */
export function KeyLimit({ typed: { limit, unit, amount }, wrong, told, onChange }: Props) {
  const text = texts();
  const cap = capTexts();
  return (
    <div class="key-choice">
      <Choice
        label={text.limit}
        value={limit}
        options={Object.entries(text.limits) as [TypedKey["limit"], string][]}
        onChange={(value) => onChange({ limit: value })}
      />
      {limit !== "none" && (
        <div class="cap-amount">
          <Field
            label={cap.amount}
            autocomplete="off"
            maxLength={24}
            error={wrong ? cap[wrong] : told}
            value={amount}
            input={{ inputMode: unit === "nano_usd" ? "decimal" : "numeric" }}
            onValue={(value) => onChange({ amount: value })}
          />
          <Select
            label={cap.unit}
            value={unit}
            options={Object.entries(cap.units) as [TypedKey["unit"], string][]}
            hint={unit === "nano_usd" ? cap.money : undefined}
            onValue={(value) => onChange({ unit: value })}
          />
        </div>
      )}
      <p class="note">{text.limitHint}</p>
    </div>
  );
}
