import type { Message } from "../../src/api/types";

/** A message of a plain history, in which each answers the one before: odd ones are the user's. */
export function message(id: number, more: Partial<Message> = {}): Message {
  return {
    id,
    sender: id % 2 ? "user" : "ai",
    parent_id: id > 1 ? id - 1 : null,
    content: `text ${id}`,
    timestamp: "2026-01-01T00:00:00.000000Z",
    status: "complete",
    version: 1,
    versions: 1,
    model_name: null,
    finish_reason: null,
    ...more,
  };
}
