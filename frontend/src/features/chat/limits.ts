import type { ServerEvent } from "../../api/types";
import { loadAccount } from "../account/account";
import { noticeUse } from "../usage/caps";
import type { ThreadEvent } from "./thread";

type Refused = Extract<ServerEvent, { type: "error" }>;

/** The event; a refusal by a limit with the time at which that begins anew. */
export function withReset(event: ServerEvent): ThreadEvent {
  if (!isRefused(event, "cap_reached") || event.retry_after === undefined) return event;
  return { ...event, until: new Date(Date.now() + event.retry_after * 1000).toISOString() };
}

/** Take note of what an event says of what is left. */
export function noticeLeft(event: ServerEvent): void {
  if (event.type === "done") noticeUse(event.warning);
  if (isRefused(event, "cap_reached")) noticeUse();
  if (isRefused(event, "daily_limit_reached")) void loadAccount(); // used up elsewhere
}

function isRefused(event: ServerEvent, code: string): event is Refused {
  return event.type === "error" && event.code === code;
}
