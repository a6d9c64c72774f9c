import { text as texts } from "./texts";
import { SCOPES, type Scope } from "./typedKey";

interface Props {
  chosen: Scope[];
  isWrong: boolean;
  onChange: (chosen: Scope[]) => void;
}

/** What a key may be used for: any of a few, side by side. */
export function KeyScopes({ chosen, isWrong, onChange }: Props) {
  const text = texts();
  return (
    <fieldset class="choice">
      <legend>{text.may}</legend>
      <div class="key-scopes">
        {SCOPES.map((scope) => (
          <label key={scope}>
            <input
              type="checkbox"
              checked={chosen.includes(scope)}
              onChange={({ currentTarget: { checked } }) =>
                onChange(SCOPES.filter((other) => (other === scope ? checked : chosen.includes(other))))
              }
            />
            <span>{text.scopes[scope]}</span>
          </label>
        ))}
      </div>
      <div role="alert">{isWrong && <p class="note bad">{text.noScopes}</p>}</div>
    </fieldset>
  );
}
