/** Pictures of people: fetched with the token, shown from addresses within this page. */
import { type Signal, signal } from "@preact/signals";
import { fetchFile } from "../../api/client";

export interface Pictured {
  id: number;
  avatar: number;
}

const KEPT = 200;
/** Whatever else came as a picture is not shown as one. */
const TYPE = "image/webp";

/** By person and version, the one used last at the end. */
const addresses = new Map<string, Signal<string | undefined>>();

/** Undefined while it is on its way, and where it does not come. */
export function addressOf({ id, avatar }: Pictured, call: string): string | undefined {
  const key = `${id} ${avatar}`;
  const found = addresses.get(key) ?? fetched(id, call);
  addresses.delete(key);
  addresses.set(key, found);
  evict();
  return found.value;
}

function fetched(id: number, call: string): Signal<string | undefined> {
  const address = signal<string | undefined>(undefined);
  fetchFile(call, { params: call.includes("{id}") ? { id } : {} }).then(
    ({ content }) => {
      if (content.type === TYPE) address.value = URL.createObjectURL(content);
    },
    () => undefined, // the initial stands there
  );
  return address;
}

function evict(): void {
  for (const [key, address] of addresses) {
    if (addresses.size <= KEPT) return;
    addresses.delete(key);
    if (address.peek()) URL.revokeObjectURL(address.peek()!);
  }
}
