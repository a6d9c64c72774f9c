import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { fetchFile } from "../../api/client";
import type { Attachment } from "../../api/types";
import { explainError, t } from "../../i18n";
import { Dialog } from "../../ui/Dialog";
import { IconButton } from "../../ui/IconButton";
import { Problem } from "../../ui/Problem";
import { breakable } from "../../ui/unbroken";
import { aboutOf } from "./about";
import { viewed } from "./files";
import { usePicture } from "./pictures";
import { save } from "./save";
import { isPicture } from "./sizes";
import { text } from "./texts";
import "./viewer.css";

/** With more a browser is long at work; the whole is in the file. */
const MOST_CHARACTERS = 200_000;

/** One file, as large as the window lets it be: a picture, or the text that a model gets of a document. */
export function Viewer() {
  const open = viewed.value;
  if (!open) return null;
  const { file, among } = open;
  const pictures = isPicture(file) ? among.filter(isPicture) : [];
  const at = pictures.findIndex(({ id }) => id === file.id);
  const show = (by: number) => {
    const next = pictures[at + by];
    if (next) viewed.value = { file: next, among };
  };
  const close = () => {
    viewed.value = null;
  };
  const several = pictures.length > 1;
  return (
    <Dialog class="viewer" label={file.name} onClose={close}>
      <div
        class="viewer-box"
        onKeyDown={({ key, ctrlKey, metaKey, altKey }) => {
          if (ctrlKey || metaKey || altKey) return;
          if (key === "ArrowLeft") show(-1);
          if (key === "ArrowRight") show(1);
        }}
      >
        <div class="viewer-head">
          <div class="viewer-title">
            <h1 dir="auto" title={file.name}>
              {file.name}
            </h1>
            <p aria-live="polite">
              {[several && text().position(at + 1, pictures.length), detailsOf(file)].filter(Boolean).join(" · ")}
            </p>
          </div>
          <IconButton icon="data" label={text().download} onClick={() => void save(file)} />
          <IconButton icon="close" label={t().common.close} onClick={close} autofocus />
        </div>
        {isPicture(file) ? <Picture key={file.id} file={file} onSwipe={show} /> : <Words key={file.id} file={file} />}
        {several && (
          <div class="viewer-ways">
            <IconButton icon="left" label={text().previous} disabled={at === 0} onClick={() => show(-1)} />
            <IconButton
              icon="right"
              label={text().next}
              disabled={at === pictures.length - 1}
              onClick={() => show(1)}
            />
          </div>
        )}
      </div>
    </Dialog>
  );
}

function detailsOf(file: Attachment): string {
  const { width, height } = file;
  return [aboutOf(file), width && height && `${width} × ${height}`].filter(Boolean).join(" · ");
}

/** What is there of it already, until all of it is. */
function Picture({ file: { id, name, width, height }, onSwipe }: { file: Attachment; onSwipe: (by: number) => void }) {
  const small = usePicture(id, "thumbnail");
  const whole = usePicture(id, "whole");
  const address = whole ?? small;
  const from = useSignal<number | null>(null);
  return (
    <div
      class="viewer-picture"
      onPointerDown={({ pointerType, isPrimary, clientX }) => {
        from.value = pointerType === "touch" && isPrimary ? clientX : null;
      }}
      onPointerUp={({ clientX }) => {
        const moved = from.value === null ? 0 : clientX - from.value;
        if (Math.abs(moved) > 60) onSwipe(moved > 0 ? -1 : 1);
      }}
    >
      {address && (
        <img
          src={address}
          alt={name}
          style={width && height ? placeFor(width, height) : undefined}
          aria-busy={!whole}
          draggable={false}
        />
      )}
      {!address && whole === null && <Problem text={text().unloaded} />}
      {!address && whole !== null && <i class="busy" role="status" aria-label={t().common.loading} />}
    </div>
  );
}

/** As large as it is, or as there is room for: also while only a small one is here. */
function placeFor(width: number, height: number) {
  const ratio = width / height;
  return { aspectRatio: String(ratio), width: `min(${width}px, 100vw, (100dvh - 7rem) * ${ratio})` };
}

function Words({ file: { id } }: { file: Attachment }) {
  const words = useSignal<string | undefined>(undefined);
  const failed = useSignal("");
  useEffect(() => {
    fetchFile("GET /attachments/{id}/text", { params: { id } })
      .then(({ content }) => content.text())
      .then(
        (found) => (words.value = found),
        (error) => (failed.value = explainError(error)),
      );
  }, []);
  if (failed.value) return <Problem text={failed.value} />;
  if (words.value === undefined) return <i class="busy" role="status" aria-label={t().common.loading} />;
  if (!words.value.trim()) return <p class="lead">{text().unknownText}</p>;
  const isCut = words.value.length > MOST_CHARACTERS;
  return (
    <>
      <pre class="viewer-text" dir="auto" tabIndex={0}>
        {breakable(words.value.slice(0, MOST_CHARACTERS))}
      </pre>
      {isCut && <p class="note">{text().longText(MOST_CHARACTERS)}</p>}
    </>
  );
}
