/** The settings of the server that are changed while it runs. */
import { computed, signal } from "@preact/signals";
import type { Setting, SettingsUpdate } from "../../../api/types";
import { loadOptions } from "../../account/account";
import { read, write } from "../calls";

export type Name = Setting["name"];
export type Value = Setting["value"];

const all = signal<Setting[] | undefined>(undefined);

/** By their names; undefined while they are not known. */
export const settings = computed(() => all.value && new Map(all.value.map((setting) => [setting.name, setting])));

/** Throws `ApiError`. */
export async function loadSettings(): Promise<void> {
  all.value = (await read("GET /admin/settings")).settings;
}

/** Null takes back what was chosen here. Throws `ApiError`. */
export async function changeSettings(body: SettingsUpdate): Promise<void> {
  all.value = (await write("PATCH /admin/settings", { body })).settings;
  void loadOptions(true);
}
