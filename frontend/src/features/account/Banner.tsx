import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { locale } from "../../browser/preferences";
import { store, stored } from "../../browser/storage";
import { t } from "../../i18n";
import { IconButton } from "../../ui/IconButton";
import { loadOptions, serverOptions } from "./account";
import { text as texts } from "./bannerTexts";
import "./banner.css";

const STALE_MILLISECONDS = 600_000;
const ADDRESS = /(https?:\/\/[^\s<>"'，。；）]+[^\s<>"'.,;:!?)，。；！？）])/;

/** What the operator says to everybody, until it is closed; another text is said again. */
export function Banner() {
  const closed = useSignal(stored("banner"));
  useEffect(() => {
    let read = Date.now();
    void loadOptions();
    const renew = () => {
      if (document.hidden || Date.now() - read < STALE_MILLISECONDS) return;
      read = Date.now();
      void loadOptions(true);
    };
    addEventListener("visibilitychange", renew);
    return () => removeEventListener("visibilitychange", renew);
  }, []);
  const banner = serverOptions.value?.banner;
  const key = JSON.stringify([banner?.zh, banner?.en]);
  const words = banner && (locale.value === "en" ? banner.en || banner.zh : banner.zh || banner.en);
  if (!words || closed.value === key) return null;
  const close = () => {
    closed.value = key;
    store("banner", key);
  };
  return (
    <aside class="banner" aria-label={texts().banner}>
      <p dir="auto">
        {words.split(ADDRESS).map((part, place) =>
          place % 2 ? (
            <a key={place} href={part} target="_blank" rel="noreferrer">
              {part}
            </a>
          ) : (
            part
          ),
        )}
      </p>
      <IconButton icon="close" label={t().common.close} onClick={close} />
    </aside>
  );
}
