/** What lasts longer than a login wants a fresh one: where it is not, the person shows again who they are. */
import { signal } from "@preact/signals";
import { api } from "../../api/client";
import { ApiError, type Ask, Cancelled, type Options } from "../../api/http";

/** Somebody is asked; see `ConfirmYou`. */
export const asked = signal<{ answer: (isShown: boolean) => void } | null>(null);

let asking: Promise<void> | undefined;

/** Throws `Cancelled` where the person leaves it at that. */
export async function withFreshLogin<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== "login_too_old") throw error;
    asking ??= ask().finally(() => (asking = undefined));
    await asking;
    return work();
  }
}

type AnyAsk = (call: string, options?: Options) => Promise<unknown>;

/** As `api`, for what wants a fresh login. */
export const surely = ((call, options) => withFreshLogin(() => (api as AnyAsk)(call, options))) as AnyAsk as Ask;

function ask(): Promise<void> {
  return new Promise((resolve, reject) => {
    const answer = (isShown: boolean) => {
      asked.value = null;
      if (isShown) resolve();
      else reject(new Cancelled());
    };
    asked.value = { answer };
  });
}
