import { Choice } from "../../ui/Choice";
import { IconButton } from "../../ui/IconButton";
import { ModelPick } from "../endpoints/ModelPick";
import { modelById, nameOf } from "../endpoints/models";
import { text as texts } from "./texts";

interface Props {
  /** Null: all. */
  chosen: number[] | null;
  isWrong: boolean;
  onChange: (chosen: number[] | null) => void;
}

/** Which models a key opens: all, or those that are named. */
export function KeyModels({ chosen, isWrong, onChange }: Props) {
  const text = texts();
  const named = (id: number) => {
    const model = modelById.value.get(id);
    return model ? nameOf(model) : text.goneModel;
  };
  return (
    <div class="key-choice">
      <Choice<"all" | "some">
        label={text.models}
        value={chosen ? "some" : "all"}
        options={[
          ["all", text.all],
          ["some", text.some],
        ]}
        onChange={(value) => onChange(value === "all" ? null : [])}
      />
      {!chosen && <p class="note">{text.allHint}</p>}
      {chosen && (
        <>
          <ul class="key-models">
            {chosen.map((id) => (
              <li key={id}>
                <bdi>{named(id)}</bdi>
                <IconButton
                  icon="close"
                  label={text.removeModel(named(id))}
                  onClick={() => onChange(chosen.filter((other) => other !== id))}
                />
              </li>
            ))}
          </ul>
          <ModelPick
            label={text.models}
            model={undefined}
            none={text.addModel}
            onChoose={({ id }) => onChange([...chosen.filter((other) => other !== id), id])}
          />
          <div role="alert">{isWrong && <p class="note bad">{text.noModels}</p>}</div>
        </>
      )}
    </div>
  );
}
