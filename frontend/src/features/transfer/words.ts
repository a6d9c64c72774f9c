/** What became of an import, in words. */
import type { ImportItemRead, ImportNote, ImportRead } from "../../api/schema";
import { t } from "../../i18n";
import { text } from "./texts";
import { text as whyText } from "./whyTexts";

export type Result = ImportItemRead["result"];

/** What asks for a look comes first. */
export const RESULTS: readonly Result[] = ["failed", "skipped", "created", "updated", "unchanged"];

const PRODUCTS: Record<string, string> = {
  chatgpt: "ChatGPT",
  claude: "Claude",
  openwebui: "Open WebUI",
  librechat: "LibreChat",
  lobechat: "LobeChat",
  "chat-ui": "chat-ui",
  nextchat: "NextChat",
  jsonl: "JSONL",
};

/** The product that a file is from; our own is called by its name here. */
export function productOf({ format }: ImportRead): string | null {
  if (format === "chat-backend") return t().appName;
  return format && (PRODUCTS[format] ?? format);
}

/** Such as "412 new", "3 skipped": those that there are any of. */
export function resultsOf(one: ImportRead): string[] {
  const inOrder: Result[] = ["created", "updated", "unchanged", "skipped", "failed"];
  return inOrder.filter((result) => one[result] > 0).map((result) => text().results[result](one[result]));
}

/** How it ended, as a sentence that names it. */
export function outcome(one: ImportRead): string {
  if (one.status === "failed") return text().failed(one.name, whyOf(one));
  return text().ended(one.name, resultsOf(one).join(" · ") || text().nothing);
}

/** Why an import failed. */
export function whyOf({ why }: ImportRead): string {
  return whyText().whole[why ?? ""] ?? whyText().wholeOther;
}

/** Why a conversation was skipped or failed. */
export function whyOfItem({ why }: ImportItemRead): string | undefined {
  return why ? (whyText().items[why] ?? whyText().itemOther(why)) : undefined;
}

/** What was done to a conversation beside copying it; what is missing is named. */
export function noteOf({ code, count, name, why }: ImportNote): string {
  const { notes, noteOther, missing, missingWhy, missingOther } = whyText();
  if (code === "missing" && name) return missing(name, missingWhy[why ?? ""] ?? missingOther);
  return notes[code]?.(count) ?? noteOther(code, count);
}
