/** What administrators ask of the server. Whoever is none any more is shown that at once. */
import { patient } from "../../api/client";
import { ApiError, type Ask, Cancelled, type Options } from "../../api/http";
import { explainError, texts } from "../../i18n";
import { notify } from "../../ui/toasts";
import { useAction } from "../../ui/useAction";
import { loadAccount } from "../account/account";
import { surely } from "../account/fresh";
import { errors } from "./errorTexts";

const errorText = texts<Record<string, string>>(errors);

type AnyAsk = (call: string, options?: Options) => Promise<unknown>;

/** Looks at something; a pause that the server asks for is made. */
export const read = ((call, options) => watched(() => (patient as AnyAsk)(call, options))) as AnyAsk as Ask;

/** Changes something; asks who it is where the login is not fresh. */
export const write = ((call, options) => watched(() => (surely as AnyAsk)(call, options))) as AnyAsk as Ask;

async function watched<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ApiError && error.code === "admin_only") void loadAccount();
    throw error;
  }
}

/** As `useAction`, in the words of administrators. */
export function useWork() {
  const action = useAction();
  const run = async (work: () => Promise<unknown>) => {
    const isDone = await action.run(work);
    const { value: error } = action.error;
    if (error) action.error.value = { ...error, text: worded(error.code) ?? error.text };
    return isDone;
  };
  return { ...action, run };
}

export function explainFailure(error: unknown): string {
  return (error instanceof ApiError && worded(error.code)) || explainError(error);
}

/** For a failure that has no place of its own on the page. */
export function tellFailure(error: unknown): void {
  if (!(error instanceof Cancelled)) notify({ text: explainFailure(error) });
}

function worded(code: string): string | undefined {
  return errorText()[code];
}
