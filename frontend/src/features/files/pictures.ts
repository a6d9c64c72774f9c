/**
 * Pictures that only their owner may see: fetched with the token, shown from addresses within this page.
 * A picture has its address for as long as it is shown; of the others the last few keep theirs.
 */
import { type Signal, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { fetchFile, pause } from "../../api/client";
import { ApiError } from "../../api/http";

export type Size = "thumbnail" | "whole";

/** An address; null: it did not come; undefined: it is on its way. */
type Address = string | null | undefined;

interface Picture {
  address: Signal<Address>;
  /** How many places show it. */
  users: number;
}

const CALLS: Record<Size, string> = {
  thumbnail: "GET /attachments/{id}/thumbnail",
  whole: "GET /attachments/{id}",
};
const KEPT: Record<Size, number> = { thumbnail: 100, whole: 6 };
const AT_ONCE = 4;
/** Whatever else came as a picture is not shown as one. */
const TYPES: ReadonlySet<string> = new Set(["image/jpeg", "image/png"]);

/** The one used last stands last. */
const pictures: Record<Size, Map<number, Picture>> = { thumbnail: new Map(), whole: new Map() };
const inLine: (() => Promise<void>)[] = [];
let loading = 0;

/** For as long as it is drawn. */
export function usePicture(id: number, size: Size): Address {
  const picture = find(id, size);
  useEffect(() => {
    const used = find(id, size);
    used.users++;
    if (used.address.peek() === null) load(id, size, used); // another try
    return () => {
      used.users--;
      evict(size);
    };
  }, [id, size]);
  return picture.address.value;
}

/** Resolves once whatever is on its way has come, or will not. */
export async function picturesLoaded(): Promise<void> {
  while (loading || inLine.length) await new Promise((resolve) => setTimeout(resolve, 50));
}

function find(id: number, size: Size): Picture {
  const all = pictures[size];
  const known = all.get(id);
  const picture = known ?? { address: signal(undefined), users: 0 };
  all.delete(id);
  all.set(id, picture);
  if (!known) load(id, size, picture);
  return picture;
}

function evict(size: Size): void {
  const all = pictures[size];
  for (const [id, { address, users }] of all) {
    if (all.size <= KEPT[size]) return;
    if (users) continue;
    all.delete(id);
    if (address.peek()) URL.revokeObjectURL(address.peek()!);
  }
}

/** What is wanted no longer by the time it comes, or when its turn comes, has no address. */
function load(id: number, size: Size, picture: Picture): void {
  const isWanted = () => pictures[size].get(id) === picture;
  inLine.push(async () => {
    const content = isWanted() && (await fetched(id, size));
    if (isWanted()) picture.address.value = content ? URL.createObjectURL(content) : null;
  });
  begin();
}

function begin(): void {
  while (loading < AT_ONCE && inLine.length) {
    loading++;
    void inLine.shift()!().finally(() => {
      loading--;
      begin();
    });
  }
}

async function fetched(id: number, size: Size, tries = 3): Promise<Blob | null> {
  try {
    const { content } = await fetchFile(CALLS[size], { params: { id } });
    return TYPES.has(content.type) ? content : null;
  } catch (error) {
    if (!(error instanceof ApiError) || !error.retryAfter || tries <= 1) return null;
    await pause(Math.min(error.retryAfter, 60) * 1000);
    return fetched(id, size, tries - 1);
  }
}
