/** All groups: there are few enough of them to be known at once. */
import { signal } from "@preact/signals";
import type { Group } from "../../../api/types";
import type { Option } from "../../../ui/useListBox";
import { read, write } from "../calls";

/** In the order of their names; undefined while they are not known. */
export const groups = signal<Group[] | undefined>(undefined);

/** Throws `ApiError`. */
export async function loadGroups(): Promise<void> {
  groups.value = (await read("GET /admin/groups")).groups;
}

export async function makeGroup(name: string): Promise<Group> {
  const made = await write("POST /admin/groups", { body: { name } });
  await loadGroups();
  return made;
}

export async function renameGroup(id: number, name: string): Promise<void> {
  await write("PATCH /admin/groups/{id}", { params: { id }, body: { name } });
  await loadGroups();
}

export async function removeGroup(id: number): Promise<void> {
  await write("DELETE /admin/groups/{id}", { params: { id } });
  groups.value = groups.value?.filter((group) => group.id !== id);
}

export function groupOf(id: number): Group | undefined {
  return groups.value?.find((group) => group.id === id);
}

/** To choose one of, without those that are chosen. */
export function groupOptions(without: number[] = []): Option[] | undefined {
  return groups.value
    ?.filter(({ id }) => !without.includes(id))
    .map(({ id, name }) => ({ value: String(id), text: name }));
}
