import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { t } from "../../i18n";
import { SaidText } from "../../markdown/SaidText";
import { madeOf } from "../files/drafts";
import { focusBox } from "./Composer";
import { cutOff } from "./cutOff";
import { Files } from "./Files";
import { takeBack, withdraw } from "./takenBack";
import type { Pending } from "./thread";

/** From then on a server that is connected and says nothing is not waited for in silence. */
const PATIENCE_MILLISECONDS = 5000;

/** A request on its way: what was said, the place of the reply, and a pause that the server wants. */
export function Ahead({ item }: { item: Pending }) {
  const { request, refused } = item;
  const said = "content" in request ? request.content : undefined;
  const reply = !refused && !(said !== undefined && cutOff.value) && request.type !== "continue"; // a reply that goes on has its place
  return (
    <>
      {said !== undefined && (
        <article class="said pending">
          <h2 class="unseen">{t().thread.you}</h2>
          <Files files={madeOf(item.files ?? [])} />
          {said && <SaidText text={said} />}
          {refused ? <Pause item={item} /> : <Unanswered key={request.client_id} item={item} />}
        </article>
      )}
      {said === undefined && refused && (
        <article class="reply">
          <Pause item={item} />
        </article>
      )}
      {reply && (
        <article class="reply streaming">
          <p class="waiting" aria-hidden="true">
            <i />
          </p>
          <div class="actions" />
        </article>
      )}
    </>
  );
}

/** Whoever does not want to wait for the connection, or for a server that is silent, has the words again. */
function Unanswered({ item }: { item: Pending }) {
  const late = useSignal(false);
  useEffect(() => {
    const timer = setTimeout(() => (late.value = true), PATIENCE_MILLISECONDS);
    return () => clearTimeout(timer);
  }, []);
  if (!cutOff.value && !late.value) return <div class="actions" />;
  return (
    <div class="ending" role="status">
      <p>{cutOff.value ? t().thread.notSent : t().thread.silent}</p>
      <button class="button" onClick={() => giveBack(item)}>
        {t().thread.putBack}
      </button>
    </div>
  );
}

function giveBack(item: Pending): void {
  takeBack(item);
  focusBox();
}

/** Counts down, for the eye only: what is read aloud is said once. */
function Pause({ item }: { item: Pending }) {
  const left = useSignal(item.refused!.later!);
  useEffect(() => {
    const timer = setInterval(() => (left.value = Math.max(1, left.value - 1)), 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <div class="ending" role="timer">
      <p>{t().thread.waiting(left.value)}</p>
      <button class="button" onClick={() => ("content" in item.request ? giveBack(item) : withdraw(item))}>
        {"content" in item.request ? t().thread.putBack : t().common.cancel}
      </button>
    </div>
  );
}
