import { fetchFile } from "../../api/client";
import type { Attachment } from "../../api/types";
import { tell } from "../../ui/toasts";
import { named } from "./sizes";

/** Saves it where the browser saves files. */
export async function save({ id, name, type }: Attachment): Promise<void> {
  try {
    const { content } = await fetchFile("GET /attachments/{id}", { params: { id } });
    // Opened instead of saved, it would be a page of this address.
    const address = URL.createObjectURL(new Blob([content], { type: "application/octet-stream" }));
    Object.assign(document.createElement("a"), { href: address, download: named(name, type) }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000); // by then the browser has taken it
  } catch (error) {
    tell(error);
  }
}
