import { request, thread } from "./current";
import { GONE } from "./model";

/** What was refused for its model is sent to another. */
export function askInstead(model_id: number): void {
  for (const { request: event, refused } of thread.peek().pending)
    if (refused && GONE.has(refused.code)) request({ ...event, model_id });
}
