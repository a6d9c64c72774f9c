import { chooseLocale, type Locale, locale, type Theme, theme } from "../../browser/preferences";
import { Choice } from "../../ui/Choice";
import { Section } from "../../ui/Section";
import { COMMAND_KEY } from "../conversations/shortcuts";
import { text as settingsText } from "./texts";

export function General() {
  const text = settingsText();
  return (
    <Section title={text.general}>
      <Choice<Locale>
        label={text.language}
        value={locale.value}
        onChange={chooseLocale}
        options={[
          ["zh-CN", "中文"],
          ["en", "English"],
        ]}
      />
      <Choice<Theme>
        label={text.theme}
        value={theme.value}
        onChange={(chosen) => (theme.value = chosen)}
        options={[
          ["system", text.system],
          ["light", text.light],
          ["dark", text.dark],
        ]}
      />
      <dl class="keys" aria-label={text.keys}>
        {text.keyRows.map(([name, key]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <kbd>
                {COMMAND_KEY} {key}
              </kbd>
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
