/** Requests of the person who is logged in. A token that is refused is renewed once. */
import { ApiError, type Ask, type FileAnswer, type Options, request, requestFile } from "./http";
import { accessToken } from "./session";

export const api = asked as Ask;

function asked(call: string, options: Options = {}): Promise<unknown> {
  return withToken((token) => request(call, { ...options, token }));
}

/** For an answer that is no JSON but a file. */
export function fetchFile(call: string, options: Options): Promise<FileAnswer> {
  return withToken((token) => requestFile(call, { ...options, token }));
}

/** Does it with the access token; with a new one where that is refused. */
export async function withToken<T>(ask: (token: string) => Promise<T>): Promise<T> {
  const token = await accessToken();
  try {
    return await ask(token);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401 || error.code === "passkey_refused") throw error;
    return await ask(await accessToken(token));
  }
}

/** As `api`, but a 429 or 503 is waited for as the server says, and the request made again. */
export const patient = askedPatiently as Ask;

async function askedPatiently(call: string, options: Options = {}, tries = 3): Promise<unknown> {
  try {
    return await asked(call, options);
  } catch (error) {
    if (!(error instanceof ApiError) || !error.retryAfter || tries <= 1) throw error;
    await pause(Math.min(error.retryAfter, 60) * 1000, options.signal);
    return askedPatiently(call, options, tries - 1);
  }
}

/** Goes on trying, with growing pauses, while the server cannot be reached; only a 401 ends that. */
export async function persistent<T>(work: () => Promise<T>, wait = 500): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) throw error;
    await pause(wait);
    return persistent(work, Math.min(wait * 2, 8000));
  }
}

export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
