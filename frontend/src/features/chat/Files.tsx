import type { Attachment } from "../../api/types";
import { shownFiles } from "../files/files";
import { thread } from "./current";

/** The files of a message, if it has any. */
export function Files({ files }: { files: Attachment[] | null | undefined }) {
  const Shown = files?.length ? shownFiles()?.MessageFiles : undefined;
  return Shown ? <Shown files={files!} among={inThread} /> : null;
}

function inThread(): Attachment[] {
  return thread.peek().messages.flatMap(({ attachments }) => attachments ?? []);
}
