/** What the person's logins ask for beside a password; known in one place, as several change it. */
import { computed, signal } from "@preact/signals";
import { patient } from "../../api/client";
import type { Factors } from "../../api/types";

export const factors = signal<Factors | undefined>(undefined);

/** Throws `ApiError`. */
export async function loadFactors(): Promise<void> {
  factors.value = await patient("GET /auth/factors");
}

/** How many accounts elsewhere open this one. */
export const linked = signal(0);

/** Whether somebody gets in without the password. */
export const hasOther = computed(() => linked.value + (factors.value?.passkeys ?? 0) > 0);
