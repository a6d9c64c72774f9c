import { t } from "../i18n";

const PLACES = [".composer textarea", "main form input", "main"];

/** The first stop of the Tab key: past the sidebar, to where one writes, or to the page where one cannot. */
export function SkipLink() {
  const skip = () => {
    const found = PLACES.map((place) => document.querySelector<HTMLElement>(place)).find(Boolean);
    found?.focus();
  };
  return (
    <button class="skip" onClick={skip}>
      {t().common.skip}
    </button>
  );
}
