import { locale } from "../../../browser/preferences";
import { Problem } from "../../../ui/Problem";
import { notify } from "../../../ui/toasts";
import { when } from "../../../ui/when";
import { useWork } from "../calls";
import type { UserPart } from "./parts";
import { text as texts } from "./texts";
import { approve, restore } from "./users";

/** An account that waits for something: to be let in, or to go for good. */
export function State({ user: { id, username, status, deleted_until }, learn }: UserPart) {
  const text = texts();
  const { busy, error, run } = useWork();
  if (status !== "pending" && status !== "deleted") return null;
  const isPending = status === "pending";
  const act = async () => {
    learn(await (isPending ? approve : restore)(id));
    notify({ text: (isPending ? text.approved : text.restored)(username) });
  };
  const lead = isPending ? text.waits : text.removedUntil(when(deleted_until!, locale.value));
  return (
    <div class="admin-notice">
      <p>{lead}</p>
      <button class="button" disabled={busy.value} onClick={() => void run(act)}>
        {isPending ? text.approve : text.restore}
      </button>
      <Problem text={error.value?.text} />
    </div>
  );
}
