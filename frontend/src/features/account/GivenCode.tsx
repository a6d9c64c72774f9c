import { type Signal, useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Field } from "../../ui/Field";
import { factorText } from "./factorTexts";
import "./factors.css";

/** A second factor as it is typed: the app's code, or a recovery code. */
export interface Given {
  name: "code" | "recovery_code";
  value: string;
}

export const NO_CODE: Given = { name: "code", value: "" };

/** As the server takes it. */
export function givenIn({ name, value }: Given): { code?: string; recovery_code?: string } {
  return { [name]: value.trim() };
}

interface Failure {
  code: string;
  text: string;
}

interface Props {
  given: Signal<Given>;
  /** What came of it last. */
  failure: Failure | null;
  /** Nothing in its place: of the app while it is set up, or a recovery code. */
  only?: boolean;
}

/** One field for both, and a way from one to the other. */
export function GivenCode({ given, failure, only }: Props) {
  const text = factorText();
  const { name, value } = given.value;
  const isCode = name === "code";
  /** What was said of the other kind. */
  const past = useSignal<Failure | null>(null);
  const isWrong = failure?.code === "wrong_code" && failure !== past.value;
  const change = () => {
    past.value = failure;
    given.value = { name: isCode ? "recovery_code" : "code", value: "" };
  };
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (!only || !isCode) box.current!.querySelector<HTMLInputElement>("[name=given]")!.focus();
  }, [name]);
  return (
    <div class="factor" ref={box}>
      <Field
        key={name}
        label={isCode ? text.code : text.recoveryCode}
        hint={isCode ? text.codeHint : text.recoveryHint}
        error={isWrong ? failure.text : undefined}
        autocomplete={isCode ? "one-time-code" : "off"}
        required
        maxLength={isCode ? 10 : 60}
        input={{
          name: "given",
          inputMode: isCode ? "numeric" : "text",
          spellcheck: false,
          autocapitalize: "none",
        }}
        value={value}
        onValue={(typed) => (given.value = { name, value: typed })}
      />
      {!only && (
        <button type="button" class="link" onClick={change}>
          {isCode ? text.useRecovery : text.useCode}
        </button>
      )}
    </div>
  );
}
