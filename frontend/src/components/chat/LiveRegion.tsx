import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { explain, t } from "../../i18n";
import { thread } from "../../state/current";
import { running } from "../../state/thread";

const SPOKEN_CHARACTERS = 800;

/** Tells a screen reader that a reply began, and the reply once it is there: twice, not per word. */
export function LiveRegion() {
  const text = useSignal("");
  const watched = useRef<number | null>(null);
  const reply = running(thread.value);
  useEffect(() => {
    if (reply) {
      watched.current = reply.id;
      text.value = t().thread.announceStart;
      return;
    }
    const ended = thread.value.messages.findLast((message) => message.id === watched.current);
    watched.current = null;
    if (!ended) return;
    text.value = t().thread.announceEnd(ended.error ? explain(ended.error) : ended.content.slice(0, SPOKEN_CHARACTERS));
  }, [reply?.id]);
  return <div class="unseen" role="status" aria-live="polite">{text.value}</div>;
}
