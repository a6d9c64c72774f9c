import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { bytesOf } from "../../browser/bytes";
import { explain } from "../../i18n";
import { Icon } from "../../ui/Icon";
import { IconButton } from "../../ui/IconButton";
import { account } from "../account/account";
import { modelMenuOpen } from "../endpoints/ModelButton";
import { answering, nameOf } from "../endpoints/models";
import { aboutOf } from "./about";
import { type DraftFile, filesOf, madeOf, type Place } from "./drafts";
import { Face } from "./Face";
import { viewed } from "./files";
import { isPicture } from "./sizes";
import { text } from "./texts";
import { progressOf, remove, resume, retry, sweep } from "./uploads";
import "./files.css";

export { sweep };

/** What the browser itself can draw. */
const DRAWN = /^image\/(jpeg|png|gif|webp)$/;

/** The files that go with the message which is being written: how far each is, and a way to leave it out. */
export function Tray({ place }: { place: Place }) {
  const files = filesOf(place);
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    resume(place);
  }, [place, files.length]);
  const counted = useRef(files.length);
  const failures = files.filter(({ failed }) => failed).length;
  useEffect(() => {
    const grown = files.length > counted.current;
    counted.current = files.length;
    const at = failures ? files.findLastIndex(({ failed }) => failed) : grown ? files.length - 1 : -1;
    list.current!.children[at]?.scrollIntoView({ block: "nearest" });
  }, [files.length, failures]);
  useEffect(() => void sweep(), []);
  const leaveOut = (file: DraftFile, at: number) => {
    remove(place, file);
    const buttons = list.current!.querySelectorAll<HTMLElement>(".file-remove");
    const next = buttons[at + 1] ?? buttons[at - 1] ?? list.current!.closest("form")!.querySelector("textarea");
    next?.focus();
  };
  return (
    <>
      <ul ref={list} class="files draft-files" aria-label={text().list}>
        {files.map((file, at) => (
          <li key={file.key} class={file.failed ? "file failed" : "file"}>
            <Card file={file} among={files} />
            {file.failed && canRetry(file) && (
              <IconButton icon="redo" class="file-retry" label={text().retry(file.name)} onClick={() => retry(file)} />
            )}
            <IconButton
              icon="close"
              class="file-remove"
              label={text().remove(file.name)}
              onClick={() => leaveOut(file, at)}
            />
          </li>
        ))}
      </ul>
      <Unseen files={files} />
    </>
  );
}

function Card({ file, among }: { file: DraftFile; among: DraftFile[] }) {
  const { made, failed, name } = file;
  const progress = progressOf(file);
  const inner = (
    <>
      {made ? <Face file={made} /> : <Local file={file} />}
      <span class="file-words">
        <bdi class="file-name">{name}</bdi>
        <span class="file-about" role={failed ? "alert" : undefined}>
          {failed ? faultOf(failed) : stateOf(file, progress)}
        </span>
      </span>
      {!made && !failed && <progress aria-label={name} value={Number(progress) || 0} />}
    </>
  );
  if (!made) return <span class="file-card">{inner}</span>;
  return (
    <button
      type="button"
      class="file-card"
      title={name}
      onClick={() => {
        viewed.value = { file: made, among: madeOf(among) };
      }}
    >
      {inner}
    </button>
  );
}

/** A picture as it is here, until the server has made one of its own. */
function Local({ file: { key, type } }: { file: DraftFile }) {
  const address = useSignal<string | undefined>(undefined);
  useEffect(() => {
    let isShown = DRAWN.test(type);
    const show = (bytes?: Blob) => {
      if (bytes && isShown) address.value = URL.createObjectURL(bytes);
    };
    if (isShown) void bytesOf(key).then(show);
    return () => {
      isShown = false;
      if (address.peek()) URL.revokeObjectURL(address.peek()!);
    };
  }, [key]);
  return (
    <span class="file-face">
      {address.value ? (
        <img src={address.value} alt="" decoding="async" />
      ) : (
        <Icon name={DRAWN.test(type) ? "image" : "file"} />
      )}
    </span>
  );
}

function stateOf(file: DraftFile, progress: ReturnType<typeof progressOf> = "turn"): string {
  if (file.made) return aboutOf(file.made);
  if (progress === "turn") return text().inLine;
  if (progress === "server") return text().interrupted;
  return progress < 1 ? text().uploading(Math.floor(progress * 100)) : text().reading;
}

function faultOf(failed: { code: string; message: string }): string {
  const most = account.value?.attachments_max_bytes;
  if (failed.code === "attachment_too_large" && most) return text().tooLarge(most);
  if (failed.code === "file_unreadable") return text().unreadable;
  return failed.code === "file_gone" ? text().gone : explain(failed);
}

/** Whether another day may mend it; what is wrong with the file itself stays. */
function canRetry({ failed }: DraftFile): boolean {
  return !/^attachment_|^file_/.test(failed!.code);
}

/** Before it is sent: the model will not see what is in the pictures. */
function Unseen({ files }: { files: DraftFile[] }) {
  const model = answering.value;
  const pictures = files.filter(({ made, type }) => isPicture(made ?? { type }));
  if (!pictures.length || model?.images !== false) return null;
  return (
    <p class="file-note" role="status">
      {text().unseen(nameOf(model), pictures.length === 1)}{" "}
      <button type="button" class="link" onClick={() => (modelMenuOpen.value = true)}>
        {text().otherModel}
      </button>
    </p>
  );
}
