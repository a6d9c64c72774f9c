import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../../i18n";
import { ended, thread } from "./current";
import { endingOf } from "./ReplyEnd";
import { running } from "./thread";

const SPOKEN_CHARACTERS = 800;

/** Tells a screen reader that a reply began, and the reply once it is there: twice, not per word. */
export function LiveRegion() {
  const text = useSignal("");
  const watched = useRef(0);
  const told = useRef(ended.peek());
  const reply = running(thread.value);
  useEffect(() => {
    if (reply) {
      watched.current = reply.id;
      text.value = t().thread.announceStart;
      return;
    }
    // One that began and ended at once was never seen to run.
    const id = watched.current || (ended.value !== told.current && ended.value.id);
    watched.current = 0;
    told.current = ended.value;
    const found = thread.value.messages.findLast((message) => message.id === id);
    if (!found) return;
    const said = found.error ? "" : found.content.slice(0, SPOKEN_CHARACTERS);
    text.value = t().thread.announceEnd([said, endingOf(found)].filter(Boolean).join(" "));
  }, [reply?.id, ended.value]);
  return (
    <div class="unseen" role="status" aria-live="polite">
      {text.value}
    </div>
  );
}
