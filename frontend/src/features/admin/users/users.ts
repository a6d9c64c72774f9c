/** The list of users as it was looked at last, and what is done to one of them. */
import { signal } from "@preact/signals";
import type { AdminUser, AdminUserDetail, AdminUserUpdate } from "../../../api/types";
import { newest } from "../../../browser/newest";
import { read, write } from "../calls";

export type Status = AdminUser["status"];

export interface Filters {
  /** How a name begins, or an address. */
  q: string;
  /** Empty: any. */
  status: Status | "";
  group: number | null;
}

const PAGE = 50;

/** They stay for whoever comes back from one of the users. */
export const filters = signal<Filters>({ q: "", status: "", group: null });
interface List {
  /** What it is a list of: what is typed by now may be something else. */
  of: ReturnType<typeof asked>;
  users: AdminUser[];
  next: string | null;
}

/** Undefined while it is not known. */
export const list = signal<List | undefined>(undefined);

const order = newest();

/** The list from its beginning, for what the filters say by then. Throws `ApiError`. */
export async function loadUsers(): Promise<void> {
  const of = asked();
  const found = await order.ask(() => read("GET /admin/users", { params: of }));
  if (found) list.value = { of, users: found.users, next: found.next_cursor };
}

export async function moreUsers(): Promise<void> {
  const { of, next } = list.value!;
  const found = await order.ask(() => read("GET /admin/users", { params: { ...of, cursor: next! } }));
  if (found) list.value = { of, users: [...list.value!.users, ...found.users], next: found.next_cursor };
}

/** Some whose names, or addresses, begin so, to choose one of. */
export async function findUsers(q: string): Promise<AdminUser[]> {
  return (await read("GET /admin/users", { params: { q: q || undefined, limit: 20 } })).users;
}

function asked() {
  const { q, status, group } = filters.value;
  return { q: q.trim() || undefined, status: status || undefined, group_id: group ?? undefined, limit: PAGE };
}

export async function loadUser(id: number): Promise<AdminUserDetail> {
  const found = await read("GET /admin/users/{id}", { params: { id } });
  learn(found);
  return found;
}

export async function changeUser(id: number, change: AdminUserUpdate): Promise<AdminUser> {
  return learn(await write("PATCH /admin/users/{id}", { params: { id }, body: change }));
}

export async function approve(id: number): Promise<AdminUser> {
  return learn(await write("POST /admin/users/{id}/approve", { params: { id } }));
}

export async function restore(id: number): Promise<AdminUser> {
  return learn(await write("POST /admin/users/{id}/restore", { params: { id } }));
}

/** Until a while later it can be restored. */
export async function remove(id: number): Promise<AdminUserDetail> {
  await write("DELETE /admin/users/{id}", { params: { id } });
  return loadUser(id);
}

export async function endSessions(id: number): Promise<void> {
  await write("POST /admin/users/{id}/end-sessions", { params: { id } });
}

/** By mail to the address on file; nobody else sees it. */
export async function sendResetLink(id: number): Promise<void> {
  await write("POST /admin/users/{id}/reset-link", { params: { id } });
}

/** The list shows it as it is now. */
function learn<T extends AdminUser>(user: T): T {
  if (list.value)
    list.value = { ...list.value, users: list.value.users.map((other) => (other.id === user.id ? user : other)) };
  return user;
}
