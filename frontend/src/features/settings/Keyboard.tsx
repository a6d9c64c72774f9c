import { shortcuts } from "../../ui/shortcuts";
import { text } from "./keyboardTexts";
import "./keyboard.css";

/** Every shortcut of the page, by what it does. */
export function Keyboard() {
  return (
    <dl class="keys">
      {shortcuts().map(([name, keys]) => (
        <div key={name}>
          <dt>{text().does[name]}</dt>
          <dd>
            {keys.map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}
          </dd>
        </div>
      ))}
    </dl>
  );
}
