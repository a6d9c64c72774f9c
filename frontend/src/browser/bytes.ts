/**
 * Bytes of files that this browser keeps until they are sent, by name. Where it keeps none (storage is
 * blocked, or full), they last as long as the tab.
 */
import { BYTES, unkeptBytes } from "./storage";

let opening: Promise<IDBDatabase> | undefined;

/** Until it is kept, and where it cannot be, it stands in `unkeptBytes`. */
export async function keepBytes(name: string, bytes: Blob): Promise<void> {
  try {
    await run("readwrite", (store) => store.put(bytes, name));
    unkeptBytes.delete(name);
  } catch {
    unkeptBytes.set(name, bytes);
  }
}

export async function bytesOf(name: string): Promise<Blob | undefined> {
  return (
    unkeptBytes.get(name) ??
    (await run<Blob | undefined>("readonly", (store) => store.get(name)).catch(() => undefined))
  );
}

/** Removes whatever is not named any more. */
export async function keepOnly(isNamed: (name: string) => boolean): Promise<void> {
  for (const name of unkeptBytes.keys()) if (!isNamed(name)) unkeptBytes.delete(name);
  const names = await run("readonly", (store) => store.getAllKeys()).catch(() => []);
  const left = names.filter((name) => !isNamed(String(name)));
  for (const name of left) await run("readwrite", (store) => store.delete(name)).catch(() => undefined);
}

/** Resolves once it is on disk, as far as the browser says. */
async function run<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const transaction = (await database()).transaction(BYTES, mode);
  const request = work(transaction.objectStore(BYTES));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error);
  });
}

function database(): Promise<IDBDatabase> {
  opening ??= open();
  opening.catch(forget);
  return opening;
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(BYTES, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(BYTES);
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const made = request.result;
      // Somebody logs out in another tab: it is deleted there, and made anew when it is needed.
      made.onversionchange = () => {
        made.close();
        forget();
      };
      made.onclose = forget;
      resolve(made);
    };
  });
}

function forget(): void {
  opening = undefined;
}
