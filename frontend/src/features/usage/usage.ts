/** What was used in a month, as the server adds it up. */
import { api, fetchFile } from "../../api/client";
import { ApiError } from "../../api/http";
import type { UsageRow } from "../../api/types";
import { daysOf, zoneHere } from "./month";

export interface MonthUsage {
  month: string;
  /** By whose midnights its days begin. */
  zone: string;
  /** Days, split by model. */
  days: UsageRow[];
  connections: UsageRow[];
  /** What was asked for by keys, and in one row what was not. */
  keys: UsageRow[];
}

/** Throws `ApiError`. A time zone that the server does not know is UTC. */
export async function loadMonth(month: string, zone = zoneHere()): Promise<MonthUsage> {
  const params = { ...spanOf(month), tz: zone };
  try {
    const [days, connections, keys] = await Promise.all([
      api("GET /usage", { params: { ...params, by: "day", split: "model" } }),
      api("GET /usage", { params: { ...params, by: "connection" } }),
      api("GET /usage", { params: { ...params, by: "key" } }),
    ]);
    return { month, zone, days: days.rows, connections: connections.rows, keys: keys.rows };
  } catch (error) {
    if (error instanceof ApiError && error.code === "invalid_input" && zone !== "UTC") return loadMonth(month, "UTC");
    throw error;
  }
}

/** Saves every request of a month as a table. Throws `ApiError`. */
export async function downloadMonth({ month, zone }: Pick<MonthUsage, "month" | "zone">): Promise<void> {
  const { content } = await fetchFile("GET /usage.csv", { params: { ...spanOf(month), tz: zone } });
  const address = URL.createObjectURL(content); // a link has no place for the token
  const link = document.createElement("a");
  link.href = address;
  link.download = `usage-${month}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000); // by then the browser has taken it
}

function spanOf(month: string): { from: string; to: string } {
  const days = daysOf(month);
  return { from: days[0]!, to: days.at(-1)! };
}
