import { useLayoutEffect, useRef } from "preact/hooks";
import type { Grant, SharedConnection } from "../../../api/types";
import { Choice } from "../../../ui/Choice";
import { Icon } from "../../../ui/Icon";
import { IconButton } from "../../../ui/IconButton";
import { Picker } from "../Picker";
import { modelsOf } from "./connections";
import { text as texts } from "./texts";

interface Props {
  grant: Grant;
  /** Of the group. */
  name: string;
  connection: SharedConnection;
  isWrong: boolean;
  onChange: (model_ids: number[] | null) => void;
  onRemove: () => void;
}

/** A group that may use a connection: all of its models, or some. */
export function Granted({ grant: { model_ids: chosen = null }, name, connection, isWrong, onChange, onRemove }: Props) {
  const text = texts();
  const named = (id: number) => connection.models.find((model) => model.id === id)?.name ?? text.goneModel;
  const row = useRef<HTMLLIElement>(null);
  useLayoutEffect(() => {
    if (isWrong) row.current!.scrollIntoView({ block: "nearest" });
  }, [isWrong]);
  const rest = modelsOf(connection).filter(({ id }) => !chosen?.includes(id));
  return (
    <li ref={row} class="grant">
      <div class="grant-head">
        <Choice<"all" | "some">
          label={name}
          value={chosen ? "some" : "all"}
          options={[
            ["all", text.whole],
            ["some", text.part],
          ]}
          onChange={(value) => onChange(value === "all" ? null : [])}
        />
        <IconButton icon="close" label={text.removeGroup(name)} onClick={onRemove} />
      </div>
      {chosen && (
        <div class="grant-models">
          {chosen.length > 0 && (
            <ul class="admin-chips">
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
          )}
          {rest.length > 0 && (
            <Picker
              label={text.modelsFor(name)}
              options={rest.map(({ id, name }) => ({ value: String(id), text: name }))}
              onChoose={(value) => onChange([...chosen, Number(value)])}
            >
              <Icon name="plus" />
              {text.addModel}
            </Picker>
          )}
          <div role="alert">{isWrong && <p class="note bad">{text.chooseModel(name)}</p>}</div>
        </div>
      )}
    </li>
  );
}
