import type { ShareCreated } from "../../api/schema";
import { locale } from "../../browser/preferences";
import { ShownOnce } from "../../ui/ShownOnce";
import { dayOf } from "./days";
import { text as texts } from "./texts";

/** A link that was made: it can be read here and never again. */
export function MadeLink({ made, onClose }: { made: ShareCreated; onClose: () => void }) {
  const text = texts();
  const { expires_at } = made;
  return (
    <>
      <p>{expires_at ? text.seenUntil(dayOf(expires_at, locale.value)) : text.seenUntilEnded}</p>
      <ShownOnce
        label={text.link}
        value={new URL(made.url, location.origin).href}
        note={text.once}
        copy={text.copy}
        done={text.done}
        onDone={onClose}
      />
    </>
  );
}
