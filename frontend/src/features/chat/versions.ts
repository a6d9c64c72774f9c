/** The versions of a message, of which the thread shows one. */
import { patient } from "../../api/client";
import type { Message } from "../../api/types";

/** The id of a version by its number; undefined where there is none. Pages go from new to old. */
export async function findVersion(message: Message, version: number): Promise<number | undefined> {
  let before = version < message.version ? message.id : undefined;
  for (;;) {
    const params = { id: message.id, before_id: before };
    const page = await patient("GET /messages/{id}/versions", { params });
    const found = page.versions.find((item) => item.version === version);
    if (found || !page.has_more || !page.versions[0]) return found?.id;
    before = page.versions[0].id;
  }
}
