/** Files on their way to the server, with how much of them is there; every failure becomes an `ApiError`. */
import { pause, withToken } from "./client";
import { ApiError, failure } from "./http";
import type { Attachment } from "./types";

/** Refusals that pass by themselves, as does a connection that was lost. */
const PASSES: ReadonlySet<string> = new Set([
  "offline",
  "request_timeout",
  "rate_limited",
  "too_many_uploads",
  "server_busy",
  "server_restarting",
  "database_unavailable",
]);
/** What a proxy says while the server behind it is away. */
const BETWEEN: ReadonlySet<number> = new Set([502, 504]);

export interface Upload {
  content: Blob;
  name: string;
  /** The same again is the same file at the server. */
  key: string;
  signal: AbortSignal;
  /** From 0 to 1; at 1 the server has it all, and reads it. */
  onProgress: (part: number) => void;
}

export function upload({ content, name, key, signal, onProgress }: Upload): Promise<Attachment> {
  const call = `PUT /attachments?${new URLSearchParams({ name })}`;
  const tell = (sent: number, all: number) => onProgress(all ? sent / all : 1);
  return sendBytes<Attachment>(call, { content, headers: { "Idempotency-Key": key }, signal, onProgress: tell });
}

export interface Bytes {
  content: Blob;
  headers: Record<string, string>;
  signal: AbortSignal;
  /** How many have left, of how many. */
  onProgress: (sent: number, all: number) => void;
}

/** Makes a call such as "PUT /attachments?name=a" with bytes for its body, and answers what it answers. */
export function sendBytes<T>(call: string, bytes: Bytes): Promise<T> {
  return withToken((token) => send(call, bytes, token));
}

/** By the older of the browser's ways: the newer one does not tell how far it is. */
function send<T>(call: string, { content, headers, signal, onProgress }: Bytes, token: string): Promise<T> {
  const [method, address] = call.split(" ") as [string, string];
  const request = new XMLHttpRequest();
  request.open(method, address);
  request.setRequestHeader("Authorization", `Bearer ${token}`);
  request.setRequestHeader("Accept-Language", document.documentElement.lang);
  request.setRequestHeader("Content-Type", "application/octet-stream"); // the server looks for itself
  for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
  request.upload.onprogress = ({ loaded, total }) => onProgress(loaded, total);
  return new Promise((resolve, reject) => {
    const abort = () => request.abort();
    signal.addEventListener("abort", abort);
    request.onabort = () => reject(signal.reason);
    request.onerror = () => reject(new ApiError(0, "offline", ""));
    request.onload = () => {
      if (request.status < 300) resolve(JSON.parse(request.responseText) as T);
      else void failure(answerOf(request)).then(reject);
    };
    request.onloadend = () => signal.removeEventListener("abort", abort);
    request.send(content);
  });
}

function answerOf(request: XMLHttpRequest): Response {
  const headers = { "Retry-After": request.getResponseHeader("Retry-After") ?? "" };
  return new Response(request.responseText, { status: request.status, headers });
}

/** Whether the same may be well a while later. */
export function passes({ code, status }: ApiError): boolean {
  return PASSES.has(code) || BETWEEN.has(status);
}

/** A folder is not, nor is a file that has changed since it was chosen. */
export async function isReadable(content: Blob): Promise<boolean> {
  const first = await content
    .slice(0, 1)
    .arrayBuffer()
    .catch(() => undefined);
  return first !== undefined;
}

/** A while, or less where the browser is back on the network before. */
export async function pauseOrOnline(milliseconds: number, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const online = new Promise<void>((resolve) => addEventListener("online", () => resolve(), { signal: over.signal }));
  try {
    await Promise.race([pause(milliseconds, signal), online]);
  } finally {
    over.abort();
  }
}
