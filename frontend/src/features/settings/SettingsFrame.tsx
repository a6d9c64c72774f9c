import { useLayoutEffect } from "preact/hooks";
import { closeSettings } from "../../browser/router";
import { t } from "../../i18n";
import { IconButton } from "../../ui/IconButton";
import "./frame.css";

/**
 * Stands where the settings will be while their part of the page is on its way. The focus stays where
 * it is, so that what is typed meanwhile is not lost; Escape and a press beside it close it already.
 */
export function SettingsFrame() {
  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.isComposing) return;
      event.preventDefault();
      event.stopPropagation();
      closeSettings();
    };
    addEventListener("keydown", onKeyDown, { capture: true });
    return () => removeEventListener("keydown", onKeyDown, { capture: true });
  }, []);
  return (
    <div class="frame-shade" onClick={({ target, currentTarget }) => target === currentTarget && closeSettings()}>
      <div class="frame" role="status" aria-label={t().common.loading}>
        <IconButton icon="close" label={t().common.close} onClick={closeSettings} />
        {[40, 72, 56, 64].map((width) => (
          <span key={width} class="skeleton" style={{ width: `${width}%` }} />
        ))}
      </div>
    </div>
  );
}
