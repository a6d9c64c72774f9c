import { chooseLocale, type Locale, locale } from "../browser/preferences";

const names: [Locale, string][] = [
  ["zh-CN", "中文"],
  ["en", "English"],
];

export function LanguageSwitch() {
  return (
    <div class="language-switch">
      {names.map(([code, name]) => (
        <button
          key={code}
          type="button"
          class="link"
          lang={code}
          aria-pressed={locale.value === code}
          onClick={() => chooseLocale(code)}
        >
          {name}
        </button>
      ))}
    </div>
  );
}
