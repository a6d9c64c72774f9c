import type { Attachment } from "../../api/types";
import { Icon } from "../../ui/Icon";
import { aboutOf } from "./about";
import { Face } from "./Face";
import { viewed } from "./files";
import { usePicture } from "./pictures";
import { isPicture } from "./sizes";
import { text } from "./texts";
import "./files.css";

export { picturesLoaded } from "./pictures";

interface Props {
  files: Attachment[];
  /** All that can be seen after and before one of them. */
  among: () => Attachment[];
}

/** The files of a message: its pictures, then its documents. */
export function MessageFiles({ files, among }: Props) {
  const open = (file: Attachment) => {
    const all = [...new Map(among().map((each) => [each.id, each])).values()]; // sent again it is the same
    viewed.value = { file, among: all.some(({ id }) => id === file.id) ? all : files };
  };
  const pictures = files.filter(isPicture);
  const others = files.filter((file) => !isPicture(file));
  return (
    <div class="files-of" role="group" aria-label={text().ofMessage}>
      {pictures.length > 0 && (
        <ul class={pictures.length > 1 ? "pictures several" : "pictures"}>
          {pictures.map((file) => (
            <li key={file.id}>
              <Picture file={file} isAlone={pictures.length === 1} onOpen={() => open(file)} />
              <bdi class="picture-name">{file.name}</bdi>
            </li>
          ))}
        </ul>
      )}
      {others.length > 0 && (
        <ul class="files">
          {others.map((file) => (
            <li key={file.id} class="file">
              <button type="button" class="file-card" title={file.name} onClick={() => open(file)}>
                <Face file={file} />
                <span class="file-words">
                  <bdi class="file-name">{file.name}</bdi>
                  <span class="file-about">{aboutOf(file)}</span>
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Has its place before it is here. */
function Picture({ file, isAlone, onOpen }: { file: Attachment; isAlone: boolean; onOpen: () => void }) {
  const address = usePicture(file.id, "thumbnail");
  const { width, height, name } = file;
  return (
    <button
      type="button"
      class="picture"
      aria-label={text().open(name)}
      title={name}
      style={isAlone && width && height ? { aspectRatio: `${width} / ${height}`, maxHeight: `${height}px` } : undefined}
      onClick={onOpen}
    >
      {address ? <img src={address} alt="" decoding="async" /> : address === null && <Missing name={name} />}
    </button>
  );
}

function Missing({ name }: { name: string }) {
  return (
    <span class="picture-missing">
      <Icon name="image" />
      <bdi>{name}</bdi>
    </span>
  );
}
