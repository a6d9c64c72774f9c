import { chooseLocale, type Locale, locale, type Theme, theme } from "../../browser/preferences";
import { Choice } from "../../ui/Choice";
import { Section } from "../../ui/Section";
import { languages, profileText } from "../account/profileTexts";

export function General() {
  const text = profileText();
  return (
    <Section>
      <Choice<Locale>
        label={text.language}
        value={locale.value}
        onChange={chooseLocale}
        options={Object.entries(languages) as [Locale, string][]}
      />
      <Choice<Theme>
        label={text.theme}
        value={theme.value}
        onChange={(chosen) => (theme.value = chosen)}
        options={Object.entries(text.themes) as [Theme, string][]}
      />
    </Section>
  );
}
