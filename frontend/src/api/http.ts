/** One request to the server; every failure becomes an `ApiError`. */

export class ApiError extends Error {
  constructor(
    readonly status: number,
    /** A code of docs/api.md, or `offline` when no answer came. */
    readonly code: string,
    message: string,
    readonly retryAfter = 0,
  ) {
    super(message);
  }
}

export interface Options {
  method?: string;
  body?: unknown;
  token?: string;
  signal?: AbortSignal;
  /** Takes as long as somebody else's server takes. */
  slow?: boolean;
}

const PATIENCE_MILLISECONDS = 30_000;

export async function send<T>(path: string, options: Options = {}): Promise<T> {
  const headers: Record<string, string> = { "Accept-Language": document.documentElement.lang };
  if (options.token) headers.Authorization = `Bearer ${options.token}`;
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  let refused: Response;
  try {
    const answer = await fetch(path, {
      method: options.method ?? "GET",
      headers,
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: patience(options),
      credentials: "same-origin",
    });
    if (answer.ok) return parse<T>(await answer.text());
    refused = answer;
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ApiError(0, "offline", "");
  }
  throw await failure(refused);
}

/** A network can swallow a request or its answer without a word. */
function patience({ signal, slow }: Options): AbortSignal | undefined {
  if (slow) return signal;
  const end = AbortSignal.timeout(PATIENCE_MILLISECONDS);
  return signal ? AbortSignal.any([signal, end]) : end;
}

function parse<T>(text: string): T {
  return (text ? JSON.parse(text) : undefined) as T;
}

async function failure(answer: Response): Promise<ApiError> {
  const body = await answer.json().catch(() => ({}));
  const retryAfter = Number(answer.headers.get("Retry-After")) || 0;
  return new ApiError(answer.status, body.code ?? "internal_error", body.detail ?? "", retryAfter);
}
