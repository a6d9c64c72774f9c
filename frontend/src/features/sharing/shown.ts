/** What a link shows. No session is asked about where the server shows it to everybody. */
import { signal } from "@preact/signals";
import { ApiError, send } from "../../api/http";
import type { SharedConversation } from "../../api/schema";

export const token = location.pathname.split("/")[2] ?? "";

type Shown =
  | { kind: "share"; share: SharedConversation }
  /** Nothing, and nobody is told why; or only those who are logged in are shown anything. */
  | { kind: "nothing" | "login" }
  | { kind: "failed"; error: unknown };

export const shown = signal<Shown | undefined>(undefined);
/** Its files, too, are only for those who are logged in. */
export let isForMembers = false;

/** Reads it; what the server has said already is not asked again. Never throws. */
export async function open(): Promise<void> {
  const isMissing = document.querySelector("main[data-missing]");
  shown.value = isMissing ? { kind: "nothing" } : await read().catch(failed);
}

async function read(): Promise<Shown> {
  const params = { token };
  try {
    return { kind: "share", share: await send("GET /s/{token}.json", { params }) };
  } catch (error) {
    if (!isRefused(error)) throw error;
  }
  isForMembers = true;
  const { api } = await import("../../api/client");
  return { kind: "share", share: await api("GET /s/{token}.json", { params }) };
}

function failed(error: unknown): Shown {
  if (isRefused(error)) return { kind: "login" };
  return error instanceof ApiError && error.status === 404 ? { kind: "nothing" } : { kind: "failed", error };
}

/** Nobody is logged in. */
export function isRefused(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401;
}
