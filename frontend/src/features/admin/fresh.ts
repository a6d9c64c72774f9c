/** Changes want a login that is fresh: where it is not, the password is asked for, and the change made then. */
import { signal } from "@preact/signals";
import { ApiError } from "../../api/http";

export const TOO_OLD = "login_too_old";

/** Somebody is asked for the password. */
export const asked = signal<{ answer: (given: boolean) => void } | null>(null);

/** Throws what refused it the first time where the password is not given. */
export async function withFreshLogin<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isTooOld(error) || !(await ask())) throw error;
    return work();
  }
}

export function isTooOld(error: unknown): boolean {
  return error instanceof ApiError && error.code === TOO_OLD;
}

/** True once the password was right. */
function ask(): Promise<boolean> {
  return new Promise((resolve) => {
    const answer = (given: boolean) => {
      asked.value = null;
      resolve(given);
    };
    asked.value = { answer };
  });
}
