/** The token of a mailed link. It stands after `#`, where no server and no log sees it; `?token=` is taken too. */
export function tokenInAddress(): string {
  const query = new URLSearchParams(location.search).get("token");
  return query ?? location.hash.slice(1).replace(/^token=/, "");
}
