/** One request to the server; every failure becomes an `ApiError`. */
import type { Calls } from "./schema";

export class ApiError extends Error {
  constructor(
    readonly status: number,
    /** A code of docs/api.md, or `offline` when no answer came. */
    readonly code: string,
    message: string,
    readonly retryAfter = 0,
    /** Which of the causes of its code it was, where the server says that. */
    readonly reason?: string,
    /** Which fields were wrong, and what is wrong there, in the reader's language. */
    readonly fields: { field: string; message: string }[] = [],
    /** Of a login that wants a second step: what that takes. */
    readonly second?: Second,
  ) {
    super(message);
  }
}

/** The other half of a login: what it goes on with, and by what. */
export interface Second {
  /** None where a cookie has it. */
  ticket?: string;
  /** `totp`, `passkey` and `recovery_code`; none where it was not said. */
  kinds?: string[];
}

/** Somebody has thought better of it: nothing is said of that. */
export class Cancelled extends Error {}

export interface Options {
  /** The names in the path, and what stands in the query. */
  params?: Record<string, string | number | undefined>;
  body?: unknown;
  token?: string;
  signal?: AbortSignal;
  /** Takes as long as somebody else's server takes. */
  slow?: boolean;
}

type Taken<Call extends keyof Calls> = Omit<Calls[Call], "answer"> & Pick<Options, "signal" | "slow">;

/** Makes a call such as "GET /conversations/{id}"; it takes and answers what the server's document says. */
export type Ask = <Call extends keyof Calls>(
  call: Call,
  ...options: Partial<Taken<Call>> extends Taken<Call> ? [Taken<Call>?] : [Taken<Call>]
) => Promise<Calls[Call]["answer"]>;

const PATIENCE_MILLISECONDS = 30_000;

/** For those who are not logged in. */
export const send = request as Ask;

/** As it is on the wire; `Ask` says what may be asked and what is answered. */
export async function request(call: string, options: Options = {}): Promise<unknown> {
  return answered(call, options, async (answer) => parse(await answer.text()));
}

/** An answer that the browser keeps as a file, on disk where it is large, and its name. */
export interface FileAnswer {
  content: Blob;
  name: string;
}

export function requestFile(call: string, options: Options): Promise<FileAnswer> {
  return answered(call, { ...options, slow: true }, async (answer) => ({
    content: await answer.blob(),
    name: nameOf(answer.headers.get("Content-Disposition") ?? ""),
  }));
}

/** What a server calls the file it sends (RFC 6266). */
function nameOf(disposition: string): string {
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(disposition)?.[1];
  return encoded ? decodeURIComponent(encoded) : (/filename="([^"]*)"/.exec(disposition)?.[1] ?? "");
}

async function answered<T>(call: string, options: Options, read: (answer: Response) => Promise<T>): Promise<T> {
  const [method, path] = call.split(" ") as [string, string];
  const headers: Record<string, string> = { "Accept-Language": document.documentElement.lang };
  if (options.token) headers.Authorization = `Bearer ${options.token}`;
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  let refused: Response;
  try {
    const answer = await fetch(address(path, options.params), {
      method,
      headers,
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: patience(options),
      credentials: "same-origin",
    });
    if (answer.ok) return await read(answer);
    refused = answer;
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ApiError(0, "offline", "");
  }
  throw await failure(refused);
}

/** The path with its names filled in; what has no place there goes into the query. */
function address(path: string, params: Options["params"] = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    const filled = path.replace(`{${name}}`, () => encodeURIComponent(String(value)));
    if (filled === path && value !== undefined) query.set(name, String(value));
    path = filled;
  }
  return `${path}?${query}`.replace(/\?$/, "");
}

/** A network can swallow a request or its answer without a word. */
function patience({ signal, slow }: Options): AbortSignal | undefined {
  if (slow) return signal;
  const end = AbortSignal.timeout(PATIENCE_MILLISECONDS);
  return signal ? AbortSignal.any([signal, end]) : end;
}

function parse(text: string): unknown {
  return text ? JSON.parse(text) : undefined;
}

export async function failure(answer: Response): Promise<ApiError> {
  const body = await answer.json().catch(() => ({}));
  const retryAfter = Number(answer.headers.get("Retry-After")) || 0;
  const {
    code = "internal_error",
    detail = "",
    reason,
    fields,
    second_factor: ticket,
    second_factor_kinds: kinds,
  } = body;
  return new ApiError(answer.status, code, detail, retryAfter, reason, fields, ticket && { ticket, kinds });
}
