/** The pages of the settings, in their order: an entry each. */
import type { ComponentType } from "preact";
import { isTouch } from "../../browser/preferences";
import type { IconName } from "../../ui/Icon";
import { Activity } from "../account/Activity";
import { DeleteAccount } from "../account/DeleteAccount";
import { Devices } from "../account/Devices";
import { Password } from "../account/Password";
import { RecentlyDeleted } from "../conversations/RecentlyDeleted";
import { Connections } from "../endpoints/Connections";
import { CustomInstructions } from "../endpoints/CustomInstructions";
import { Defaults } from "../endpoints/Defaults";
import { PresetList } from "../endpoints/PresetList";
import { General } from "./General";
import { Keyboard } from "./Keyboard";
import type { text } from "./texts";

interface Page {
  /** In its address, and of its title in the texts. */
  name: keyof ReturnType<typeof text>["sections"];
  icon: IconName;
  parts: ComponentType[];
}

const all: (Page | false)[] = [
  { name: "general", icon: "settings", parts: [General, CustomInstructions] },
  { name: "models", icon: "key", parts: [Connections, Defaults] },
  { name: "presets", icon: "preset", parts: [PresetList] },
  { name: "data", icon: "data", parts: [RecentlyDeleted] },
  { name: "account", icon: "person", parts: [Password, DeleteAccount] },
  { name: "devices", icon: "shield", parts: [Devices, Activity] },
  !isTouch() && { name: "keyboard", icon: "keyboard", parts: [Keyboard] },
];

export const sections = all.filter((page) => page !== false);
