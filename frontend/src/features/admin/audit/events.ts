/** The audit log as it was looked at last. */
import { signal } from "@preact/signals";
import { ApiError } from "../../../api/http";
import type { AdminAuditEvent, AuditAction, AuditReport } from "../../../api/types";
import { newest } from "../../../browser/newest";
import { read, write } from "../calls";

export interface Filters {
  user: { id: number; username: string } | null;
  action: AuditAction | "";
  outcome: "any" | "ok" | "refused";
  /** Days, as "2026-11-30"; empty: any. */
  from: string;
  to: string;
}

export const EVERYTHING: Filters = { user: null, action: "", outcome: "any", from: "", to: "" };
const PAGE = 50;

/** They stay for whoever comes back. */
export const filters = signal<Filters>(EVERYTHING);
/** Undefined while it is not known. */
export const log = signal<{ events: AdminAuditEvent[]; next: string | null } | undefined>(undefined);
/** What administrators are called, by their ids; null: nobody has it any more. */
export const names = signal<ReadonlyMap<number, string | null>>(new Map());

const order = newest();
const asking = new Set<number>();

/** The log from its end, for what the filters say by then. Throws `ApiError`. */
export async function loadEvents(): Promise<void> {
  const found = await order.ask(() => read("GET /admin/audit", { params: asked() }));
  if (found) log.value = { events: found.events, next: found.next_cursor };
}

export async function moreEvents(): Promise<void> {
  const next = log.value?.next;
  if (!next) return;
  const found = await order.ask(() => read("GET /admin/audit", { params: { ...asked(), cursor: Number(next) } }));
  if (found) log.value = { events: [...log.value!.events, ...found.events], next: found.next_cursor };
}

/** Every event against its seal, which may take a while. Throws `ApiError`. */
export function verifyLog(): Promise<AuditReport> {
  return write("POST /admin/audit/verify", { slow: true });
}

/** Of an administrator; undefined while it is on its way. */
export function nameOf(id: number): string | null | undefined {
  if (!names.value.has(id) && !asking.has(id)) void ask(id);
  return names.value.get(id);
}

async function ask(id: number): Promise<void> {
  asking.add(id);
  try {
    learn(id, (await read("GET /admin/users/{id}", { params: { id } })).username);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) learn(id, null);
    else asking.delete(id);
  }
}

function learn(id: number, name: string | null): void {
  names.value = new Map([...names.value, [id, name]]);
}

function asked() {
  const { user, action, outcome, from, to } = filters.value;
  return {
    user_id: user?.id,
    action: action || undefined,
    outcome: outcome === "any" ? undefined : outcome,
    from: from || undefined,
    to: to || undefined,
    limit: PAGE,
  };
}
