/** The texts of the chosen language. Reading them in a component subscribes it to the choice. */
import { ApiError } from "../api/http";
import { type Locale, locale } from "../browser/preferences";
import { en } from "./en";
import { zhCN } from "./zh-CN";

export type Texts = typeof en;

/** Texts that everybody needs. */
export const t = texts<Texts>({ en, "zh-CN": zhCN });

/** The texts that a part brings with it when it is loaded, in the chosen language. */
export function texts<T>(of: Record<Locale, T>): () => T {
  return () => of[locale.value];
}

/** What to tell about a failure: our own sentence for its code, else what the server said. */
export function explain(failure: { code: string; message?: string }): string {
  return (t().errors as Record<string, string>)[failure.code] ?? (failure.message || t().errors.internal_error);
}

export function explainError(error: unknown): string {
  if (error instanceof ApiError) {
    const waits = error.code === "rate_limited" && error.retryAfter;
    return waits ? t().waitSeconds(error.retryAfter) : explain(error);
  }
  console.error(error);
  return t().errors.internal_error;
}
