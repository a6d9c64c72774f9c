/** What everybody used in a month, as the server adds it up. */
import type { AdminUsage, AdminUsageRow } from "../../../api/types";
import { daysOf } from "../../usage/month";
import { read } from "../calls";

export type By = AdminUsage["by"];

export interface Used {
  month: string;
  by: By;
  rows: AdminUsageRow[];
  total: AdminUsageRow;
  next: string | null;
}

const PAGE = 50;

/** From the beginning, or what comes after. Throws `ApiError`. */
export async function loadUsed(month: string, by: By, before?: Used): Promise<Used> {
  const days = daysOf(month);
  const params = { from: days[0]!, to: days.at(-1)!, by, cursor: before?.next ?? undefined, limit: PAGE };
  const { rows, total, next_cursor } = await read("GET /admin/usage", { params });
  return { month, by, rows: [...(before?.rows ?? []), ...rows], total, next: next_cursor };
}
