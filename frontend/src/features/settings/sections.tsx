/** The pages of the settings, in their order: an entry each. */
import type { ComponentType } from "preact";
import { part } from "../../browser/lazy";
import { isTouch } from "../../browser/preferences";
import type { IconName } from "../../ui/Icon";
import { Activity } from "../account/Activity";
import { DeleteAccount } from "../account/DeleteAccount";
import { Devices } from "../account/Devices";
import { Email } from "../account/Email";
import { Password } from "../account/Password";
import { Profile } from "../account/Profile";
import { Archive } from "../conversations/Archive";
import { RecentlyDeleted } from "../conversations/RecentlyDeleted";
import { Connections } from "../endpoints/Connections";
import { CustomInstructions } from "../endpoints/CustomInstructions";
import { Defaults } from "../endpoints/Defaults";
import { PresetList } from "../endpoints/PresetList";
import { StorageUsed } from "../files/StorageUsed";
import { General } from "./General";
import { Keyboard } from "./Keyboard";
import type { text } from "./texts";

const identities = part(() => import("../account/Identities"));
const keys = part(() => import("../keys/ApiKeys"));
const links = part(() => import("../sharing/Links"));
const passkeys = part(() => import("../account/Passkeys"));
const transfer = part(() => import("../transfer/Transfer"));
const twoStep = part(() => import("../account/TwoStep"));
const usage = part(() => import("../usage/UsagePage"));

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
  { name: "usage", icon: "usage", parts: [Usage] },
  { name: "data", icon: "data", parts: [Transfer, Links, Archive, RecentlyDeleted, StorageUsed] },
  { name: "account", icon: "person", parts: [Profile, Email, Password, Passkeys, Identities, TwoStep, DeleteAccount] },
  { name: "devices", icon: "shield", parts: [Devices, Activity] },
  { name: "keys", icon: "code", parts: [ApiKeys] },
  !isTouch() && { name: "keyboard", icon: "keyboard", parts: [Keyboard] },
];

function ApiKeys() {
  const loaded = keys();
  return loaded ? <loaded.ApiKeys /> : <span class="skeleton row-skeleton" />;
}

function Transfer() {
  const loaded = transfer();
  return loaded ? <loaded.Transfer /> : <span class="skeleton row-skeleton" />;
}

function Links() {
  const loaded = links();
  return loaded ? <loaded.Links /> : <span class="skeleton row-skeleton" />;
}

function TwoStep() {
  const loaded = twoStep();
  return loaded ? <loaded.TwoStep /> : <span class="skeleton row-skeleton" />;
}

/** Neither of the two is there for everybody, so nothing holds their place. */
function Passkeys() {
  const loaded = passkeys();
  return loaded ? <loaded.Passkeys /> : null;
}

function Identities() {
  const loaded = identities();
  return loaded ? <loaded.Identities /> : null;
}

function Usage() {
  const loaded = usage();
  return loaded ? <loaded.UsagePage /> : <span class="skeleton row-skeleton" />;
}

export const sections = all.filter((page) => page !== false);
