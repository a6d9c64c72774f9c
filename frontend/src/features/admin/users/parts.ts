import type { AdminUserDetail } from "../../../api/types";

/** What each part of a user's page is given. */
export interface UserPart {
  user: AdminUserDetail;
  /** The page shows what has changed. */
  learn: (change: Partial<AdminUserDetail>) => void;
}
