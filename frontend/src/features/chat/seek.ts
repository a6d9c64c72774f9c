import { effect } from "@preact/signals";
import { patient } from "../../api/client";
import { dispatch, openId, PAGE, thread } from "./current";
import { type Sought, sought } from "./sought";
import { stretchOf } from "./thread";

/** Shows what is around a message of the conversation that is open. Throws where that cannot be loaded. */
export async function seek(target: Sought): Promise<void> {
  const id = openId!;
  const isWanted = () => id === openId && sought.value === target;
  sought.value = target;
  try {
    await historyRead();
    if (!isWanted() || stretchOf(thread.value).messages.some((message) => message.id === target.message)) return;
    const params = { id, limit: PAGE, around_id: target.message };
    const page = await patient("GET /conversations/{id}/messages", { params });
    if (isWanted()) dispatch({ type: "around", page });
  } catch (error) {
    if (!isWanted()) return;
    sought.value = null;
    throw error;
  }
}

function historyRead(): Promise<void> {
  return new Promise((resolve) => {
    const end = effect(() => {
      if (!thread.value.loaded) return;
      resolve();
      queueMicrotask(() => end());
    });
  });
}
