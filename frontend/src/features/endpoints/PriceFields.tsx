import { useRef } from "preact/hooks";
import { Field } from "../../ui/Field";
import { text as paramTexts } from "./paramTexts";
import { PRICES, type PriceName, type TypedPrice, type WrongPrice } from "./price";
import { text as texts } from "./priceTexts";
import "./params.css";

interface Props {
  typed: TypedPrice;
  wrong: WrongPrice;
  onChange: (typed: TypedPrice) => void;
}

/** What a model costs; what few providers tell apart is folded while nothing is said of it. */
export function PriceFields({ typed, wrong, onChange }: Props) {
  const text = texts();
  const [prompt, completion, ...rest] = PRICES;
  const began = useRef(rest.some((name) => typed[name]));
  const said = (name: PriceName) => {
    const what = wrong[name];
    return typeof what === "object" ? paramTexts().wrong.told(what.told) : what && text[what];
  };
  const field = (name: PriceName) => (
    <Field
      key={name}
      label={text.names[name]}
      placeholder={text.same[name]}
      error={said(name)}
      autocomplete="off"
      maxLength={20}
      value={typed[name] ?? ""}
      input={{ name: `price-${name}`, inputMode: "decimal" }}
      onValue={(value) => onChange({ ...typed, [name]: value })}
    />
  );
  return (
    <fieldset class="price">
      <legend>{text.title}</legend>
      <p class="note">{text.lead}</p>
      <div class="params-grid">
        {field(prompt)}
        {field(completion)}
      </div>
      <details class="params" open={began.current || rest.some((name) => wrong[name])}>
        <summary>{text.more}</summary>
        <div class="params-grid">{rest.map(field)}</div>
      </details>
    </fieldset>
  );
}
