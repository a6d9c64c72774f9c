import type { SharePreview } from "../../api/schema";
import type { Attachment } from "../../api/types";
import { Facts } from "../../ui/Facts";
import { aboutOf } from "../files/about";
import { Face } from "../files/Face";
import { plainly } from "./plainly";
import { text } from "./texts";
import "../files/files.css";

interface Props {
  preview: SharePreview;
  /** Files that are left out. */
  without: number[];
  onLeave: (file: number, out: boolean) => void;
}

/** What will be seen, in small: how it begins and ends, and the files, each of which can be left out. */
export function Preview({ preview, without, onLeave }: Props) {
  const { title, messages, first, last, models, attachments } = preview;
  return (
    <section class="share-preview" aria-label={text().preview}>
      <h2 dir="auto">{title}</h2>
      <p class="note">
        <Facts of={[text().messages(messages), ...models]} />
      </p>
      <p class="share-said" dir="auto">
        {plainly(first)}
      </p>
      {messages > 2 && <p class="share-between" aria-hidden="true" />}
      {messages > 1 && (
        <p class="share-replied" dir="auto">
          {plainly(last)}
        </p>
      )}
      {attachments.length > 0 && (
        <fieldset class="share-files">
          <legend>{text().files}</legend>
          {attachments.map((file) => (
            <FileChoice
              key={file.id}
              file={file}
              shown={!without.includes(file.id)}
              onLeave={(out) => onLeave(file.id, out)}
            />
          ))}
        </fieldset>
      )}
    </section>
  );
}

/** A file that is shown or left out. */
export function FileChoice({
  file,
  shown,
  onLeave,
}: {
  file: Attachment;
  shown: boolean;
  onLeave: (out: boolean) => void;
}) {
  return (
    <label class={shown ? "share-check" : "share-check out"}>
      <input type="checkbox" checked={shown} onChange={({ currentTarget }) => onLeave(!currentTarget.checked)} />
      <Face file={file} />
      <span class="file-words">
        <bdi class="file-name">{file.name}</bdi>
        <span class="file-about">{shown ? aboutOf(file) : text().leftOut}</span>
      </span>
    </label>
  );
}
