/** Files that go ahead of their message: sent whole, again where that failed, and again after a reload. */
import { type Signal, signal } from "@preact/signals";
import { api } from "../../api/client";
import { ApiError } from "../../api/http";
import { isReadable, passes, pauseOrOnline, upload } from "../../api/upload";
import { uniqueId } from "../../browser/anywhere";
import { bytesOf, keepBytes, keepOnly } from "../../browser/bytes";
import { account } from "../account/account";
import { changeFile, type DraftFile, filesOf, isNamed, isOfMessage, keepFiles, type Place } from "./drafts";

const AT_ONCE = 2;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;
/** Sooner than the server removes what was never sent, which is after a day. */
const KEPT_MILLISECONDS = 23 * 3600_000;
/** How far each is that is on its way, from 0 to 1; or what it waits for. */
interface Running {
  part: Signal<number | "turn" | "server">;
  end: AbortController;
}

const running = new Map<string, Running>();
/** Counts up when one begins, so that whoever draws it hears of it from then on. */
const begun = signal(0);
let room = AT_ONCE;
const inLine: (() => void)[] = [];

/** Undefined where nothing is being done about it. */
export function progressOf({ key }: DraftFile): Running["part"]["value"] | undefined {
  void begun.value;
  return running.get(key)?.part.value;
}

/** Sends on what is not at the server yet. */
export function resume(place: Place): void {
  for (const file of filesOf(place)) {
    if (isSwept(file)) changeFile(file.key, { made: undefined });
    if ((!file.made || isSwept(file)) && !file.failed && !running.has(file.key)) void send(file);
  }
}

export function retry(file: DraftFile): void {
  changeFile(file.key, { failed: undefined });
  if (!running.has(file.key)) void send(file);
}

/** It does not go with the message after all. */
export function remove(place: Place, file: DraftFile): void {
  const { key, made } = file;
  running.get(key)?.end.abort();
  keepFiles(
    place,
    filesOf(place).filter((other) => other.key !== key),
  );
  if (made && !isOfMessage(file)) void forget(made.id);
  void sweep();
}

/** What is kept for no message any more. */
export function sweep(): Promise<void> {
  return keepOnly(isNamed);
}

/** One that a message holds stays; the server would remove the others by itself, a day later. */
async function forget(id: number): Promise<void> {
  await api("DELETE /attachments/{id}", { params: { id } }).catch(() => undefined);
}

function isSwept({ made, madeAt = 0 }: DraftFile): boolean {
  return !!made && Date.now() - madeAt > KEPT_MILLISECONDS;
}

async function send(file: DraftFile): Promise<void> {
  const { key } = file;
  const run: Running = { part: signal("turn"), end: new AbortController() };
  running.set(key, run);
  begun.value = begun.peek() + 1;
  try {
    const content = await bytesOf(key);
    const code = await faultOf(content);
    if (code) return fail(key, { code, message: "" });
    void keepBytes(key, content!);
    const made = await inTurn(() => persistently(file, content!, run));
    changeFile(key, { made, madeAt: Date.now(), failed: undefined });
  } catch (error) {
    if (run.end.signal.aborted) return;
    if (!(error instanceof ApiError)) console.error(error);
    fail(key, error instanceof ApiError ? error : { code: "internal_error", message: "" });
  } finally {
    running.delete(key);
  }
}

/** Why it need not be tried, if it need not. */
async function faultOf(content: Blob | undefined): Promise<string | undefined> {
  if (!content) return "file_gone";
  if (content.size > (account.peek()?.attachments_max_bytes ?? Number.POSITIVE_INFINITY)) return "attachment_too_large";
  return (await isReadable(content)) ? undefined : "file_unreadable";
}

function fail(key: string, { code, message }: { code: string; message: string }): void {
  changeFile(key, { failed: { code, message } });
}

async function persistently({ key, name }: DraftFile, content: Blob, { part, end }: Running) {
  const { signal } = end;
  let round = key; // else a file that was removed at the server would be the answer
  for (let wait = FIRST_PAUSE; ; wait = Math.min(wait * 2, LONGEST_PAUSE)) {
    signal.throwIfAborted();
    part.value = 0;
    try {
      return await upload({ content, name, key: round, signal, onProgress: (now) => (part.value = now) });
    } catch (error) {
      if (signal.aborted || !(error instanceof ApiError)) throw error;
      if (error.code === "client_id_reused" && round === key) round = uniqueId();
      else if (!passes(error)) throw error;
      part.value = "server";
      await pauseOrOnline(Math.max(wait, error.retryAfter * 1000), signal);
    }
  }
}

/** Not more than a few at once: each has a part of the connection. */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (room > 0) room--;
  else await new Promise<void>((resolve) => inLine.push(resolve));
  try {
    return await work();
  } finally {
    const next = inLine.shift();
    if (next) next();
    else room++;
  }
}
