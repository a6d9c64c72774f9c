/** The limits that hold for what this server offers. */
import { signal } from "@preact/signals";
import type { AdminCap, CapCreate } from "../../../api/types";
import { read, write } from "../calls";

/** The oldest first; undefined while they are not known. */
export const caps = signal<AdminCap[] | undefined>(undefined);

/** Throws `ApiError`. */
export async function loadCaps(): Promise<void> {
  caps.value = (await read("GET /admin/caps")).caps;
}

export async function addCap(cap: CapCreate): Promise<void> {
  await write("POST /admin/caps", { body: cap });
  await loadCaps();
}

export async function removeCap(id: number): Promise<void> {
  await write("DELETE /admin/caps/{id}", { params: { id } });
  caps.value = caps.value?.filter((cap) => cap.id !== id);
}

/** As it is set again; what was used of it counts all the same. */
export function asSet({ user, group, connection, model, ...cap }: AdminCap): CapCreate {
  const { scope, period, unit, amount, warn_percent } = cap;
  return {
    scope: scope as CapCreate["scope"],
    user_id: user?.id ?? null,
    group_id: group?.id ?? null,
    connection_id: connection?.id ?? null,
    model_id: model?.id ?? null,
    period,
    unit,
    amount,
    warn_percent,
  };
}
