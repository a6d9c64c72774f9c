/** Refusals that pass by themselves, and after how many seconds where the server does not say. */
const SECONDS: Record<string, number> = {
  rate_limited: 10,
  too_many_replies: 5,
  server_restarting: 2,
  database_unavailable: 5,
};

/** In how many seconds the request is sent again; undefined where only a person can decide that. */
export function retryAfter({ code, retry_after }: { code: string; retry_after?: number }): number | undefined {
  return code in SECONDS ? (retry_after ?? SECONDS[code]) : undefined;
}
