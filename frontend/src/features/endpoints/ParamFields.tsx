import { useRef } from "preact/hooks";
import { Field } from "../../ui/Field";
import { TextBox } from "../../ui/TextBox";
import { NUMBERS, type ParamName, type Typed, type Wrong } from "./params";
import { text as texts } from "./paramTexts";
import "./params.css";

interface Props {
  typed: Typed;
  wrong: Wrong;
  onChange: (typed: Typed) => void;
}

/** The fields of the parameters, folded while none is set. */
export function ParamFields({ typed, wrong, onChange }: Props) {
  const text = texts();
  const count = Object.values(typed).filter((words) => words.trim()).length;
  const began = useRef(count > 0);
  const isWrong = Object.keys(wrong).length > 0;
  const change = (name: ParamName) => (value: string) => onChange({ ...typed, [name]: value });
  const field = (name: Exclude<ParamName, "stop" | "extra">, inputMode: "decimal" | "text") => (
    <Field
      key={name}
      label={text.names[name]}
      placeholder={text.ranges[name]}
      error={wrong[name]}
      autocomplete="off"
      maxLength={40}
      value={typed[name] ?? ""}
      input={{ name, inputMode, spellcheck: false, autocapitalize: "off" }}
      onValue={change(name)}
    />
  );
  return (
    <details class="params" open={began.current || isWrong}>
      <summary>
        {text.title} <small>{text.set(count)}</small>
      </summary>
      <p class="note">{text.lead}</p>
      <div class="params-grid">
        {NUMBERS.map((name) => field(name, "decimal"))}
        {field("reasoning_effort", "text")}
      </div>
      <TextBox
        label={text.names.stop}
        hint={text.stopHint}
        error={wrong.stop}
        rows={2}
        code
        value={typed.stop ?? ""}
        onValue={change("stop")}
      />
      <TextBox
        label={text.names.extra}
        error={wrong.extra}
        placeholder={'{"top_k": 40}'}
        rows={3}
        code
        value={typed.extra ?? ""}
        onValue={change("extra")}
      />
    </details>
  );
}
