import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Model } from "../../api/types";
import { Choice } from "../../ui/Choice";
import { Field } from "../../ui/Field";
import { FormButtons } from "../../ui/FormButtons";
import { Problem } from "../../ui/Problem";
import { useAction } from "../../ui/useAction";
import { text as texts } from "./factTexts";
import { describe } from "./models";
import { PriceFields } from "./PriceFields";
import { text as paramTexts } from "./paramTexts";
import { priceOf, type TypedPrice, typedPrice, type WrongPrice, wrongPriceBy } from "./price";

type Images = "unknown" | "yes" | "no";

/** What a person says of a model of their own: its name, how much it reads, whether it takes images, what it costs. */
export function ModelFacts({ model, onClose }: { model: Model; onClose: () => void }) {
  const text = texts();
  const label = useSignal(model.label ?? "");
  const tokens = useSignal(model.context_tokens?.toString() ?? "");
  const images = useSignal<Images>(model.vision === null ? "unknown" : model.vision ? "yes" : "no");
  const isNoNumber = useSignal(false);
  const cost = useSignal<TypedPrice>(typedPrice(model.price));
  const wrongCost = useSignal<WrongPrice>({});
  const { busy, error, run } = useAction();
  const form = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => form.current!.querySelector("input")!.focus(), []);
  const save = async () => {
    const context_tokens = numberOf(tokens.value);
    isNoNumber.value = Number.isNaN(context_tokens);
    const { price, wrong } = priceOf(cost.value);
    wrongCost.value = wrong;
    if (isNoNumber.value || Object.keys(wrong).length) return;
    const vision = images.value === "unknown" ? null : images.value === "yes";
    const facts = { label: label.value.trim() || null, context_tokens, vision, price };
    const done = await run(() =>
      describe(model, facts).catch((failure: unknown) => {
        wrongCost.value = wrongPriceBy(failure) ?? {};
        throw failure;
      }),
    );
    if (done) onClose();
  };
  const told = (name: string) => {
    const wrong = error.value?.fields.find(({ field }) => field === name);
    return wrong && paramTexts().wrong.told(wrong.message);
  };
  return (
    <form
      ref={form}
      class="connection-edited"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <strong>
        <bdi>{model.name}</bdi>
      </strong>
      <Field
        label={text.label}
        maxLength={100}
        autocomplete="off"
        placeholder={model.name}
        error={told("label")}
        value={label.value}
        onValue={(value) => (label.value = value)}
      />
      <Field
        label={text.tokens}
        autocomplete="off"
        maxLength={20}
        placeholder={text.unknown}
        hint={text.tokensHint}
        error={isNoNumber.value ? paramTexts().wrong.number : told("context_tokens")}
        value={tokens.value}
        input={{ inputMode: "numeric" }}
        onValue={(value) => (tokens.value = value)}
      />
      <Choice
        label={text.images}
        value={images.value}
        options={[
          ["unknown", text.unknown],
          ["yes", text.yes],
          ["no", text.no],
        ]}
        onChange={(value) => (images.value = value)}
      />
      <PriceFields
        typed={cost.value}
        wrong={wrongCost.value}
        onChange={(typed) => {
          cost.value = typed;
          wrongCost.value = {};
        }}
      />
      <Problem text={error.value?.fields.length ? undefined : error.value?.text} />
      <FormButtons busy={busy.value} onCancel={onClose} />
    </form>
  );
}

/** Null of nothing, NaN of what is no number; thousands may be set apart. */
function numberOf(typed: string): number | null {
  const digits = typed.trim().replace(/[\s,.](?=\d{3}(\D|$))/g, "");
  return digits ? Number(digits) : null;
}
