/** The file of an import on its way: in parts, and after a lost connection from what has arrived. */
import { signal } from "@preact/signals";
import { api, withToken } from "../../api/client";
import { ApiError, failure } from "../../api/http";
import type { ImportRead } from "../../api/schema";
import { isReadable, passes, pauseOrOnline, sendBytes } from "../../api/upload";

/** Many a proxy takes no more than 100 MB at once. */
const PART_BYTES = 64 * 1024 * 1024;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;

/** What is being sent from here, how much of it has arrived, and whether it waits for the server. */
export const sending = signal<{ name: string; size: number; sent: number; waits: boolean } | null>(null);

let end = new AbortController();

export function stopSending(): void {
  end.abort();
}

/**
 * Sends a file: to the import that waits for it, or to a new one, whose id will be above `after`.
 * Undefined where it was stopped. Throws `ApiError`; `file_unreadable`: the browser cannot read it.
 */
export async function send(
  file: File,
  waiting: ImportRead | undefined,
  after: number,
  onPart: (begun: ImportRead) => void,
): Promise<ImportRead | undefined> {
  end = new AbortController();
  const { signal } = end;
  let found = waiting;
  let offset = found ? undefined : 0;
  let wait = FIRST_PAUSE;
  const tell = (sent: number, waits = false) => {
    sending.value = { name: file.name, size: file.size, sent, waits };
  };
  tell(0);
  try {
    for (;;) {
      try {
        if (offset === undefined) {
          found = await findBegun(file, found?.id, after, signal);
          if (found && found.status !== "uploading") return found;
          offset = found ? await arrived(found.id, signal) : 0;
        }
        const before: number = offset;
        tell(before);
        found = await sendPart(file, found?.id, before, signal, (sent) => tell(before + sent));
        onPart(found);
        if (found.status !== "uploading") return found;
        offset = Math.min(before + PART_BYTES, file.size);
        wait = FIRST_PAUSE;
      } catch (error) {
        if (signal.aborted) return undefined;
        if (!(error instanceof ApiError) || !(passes(error) || error.code === "wrong_offset")) throw error;
        if (!(await isReadable(file))) throw new ApiError(0, "file_unreadable", "");
        offset = undefined;
        tell(sending.value?.sent ?? 0, true);
        await pauseOrOnline(Math.max(wait, error.retryAfter * 1000), signal).catch(() => undefined);
        wait = Math.min(wait * 2, LONGEST_PAUSE);
      }
    }
  } finally {
    sending.value = null;
  }
}

/** How many bytes of an import's file are at the server. Throws `ApiError`. */
export function arrived(id: number, signal?: AbortSignal): Promise<number> {
  return withToken(async (token) => {
    const headers = { Authorization: `Bearer ${token}` };
    const answer = await fetch(`/imports/${id}`, { method: "HEAD", headers, signal }).catch((error) => {
      throw signal?.aborted ? error : new ApiError(0, "offline", "");
    });
    if (!answer.ok) throw await failure(answer);
    return Number(answer.headers.get("Upload-Offset"));
  });
}

/** The import as it is now; where the answer to its beginning was lost, it is known by its length. */
async function findBegun(
  { size }: File,
  id: number | undefined,
  after: number,
  signal: AbortSignal,
): Promise<ImportRead | undefined> {
  if (id !== undefined) return api("GET /imports/{id}", { params: { id }, signal });
  const [newest] = (await api("GET /imports", { params: { limit: 1 }, signal })).imports;
  return newest && newest.id > after && newest.size === size ? newest : undefined;
}

function sendPart(
  file: File,
  id: number | undefined,
  offset: number,
  signal: AbortSignal,
  onProgress: (sent: number) => void,
): Promise<ImportRead> {
  const content = file.slice(offset, offset + PART_BYTES);
  const [call, headers]: [string, Record<string, string>] =
    id === undefined
      ? [`PUT /imports?${new URLSearchParams({ name: file.name })}`, { "Upload-Length": `${file.size}` }]
      : [`PATCH /imports/${id}`, { "Upload-Offset": `${offset}` }];
  return sendBytes(call, { content, headers, signal, onProgress });
}
