/** A conversation as a file. */
import { fetchFile } from "../../api/client";

/** Saves it where the browser saves files. Throws `ApiError`. */
export async function download(id: number, format: "md" | "json"): Promise<void> {
  const { content, name } = await fetchFile("GET /conversations/{id}/export", { params: { id, format } });
  const address = URL.createObjectURL(content); // a link has no place for the token
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000); // by then the browser has taken it
}
