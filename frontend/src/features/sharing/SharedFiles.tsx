import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { SharedAttachment } from "../../api/schema";
import { locale } from "../../browser/preferences";
import { Icon } from "../../ui/Icon";
import { isPicture, kindOf, sizeOf } from "../files/sizes";
import { text } from "./sharedTexts";
import { isForMembers, token } from "./shown";

/** The files of a message: they are asked for by the link's own path, and have no names there. */
export function SharedFiles({ files }: { files: SharedAttachment[] }) {
  const pictures = files.filter(isPicture);
  const others = files.filter((file) => !isPicture(file));
  return (
    <div class="files-of" role="group" aria-label={text().files}>
      {pictures.length > 0 && (
        <ul class={pictures.length > 1 ? "pictures several" : "pictures"}>
          {pictures.map((file) => (
            <li key={file.number}>
              <Picture file={file} isAlone={pictures.length === 1} />
            </li>
          ))}
        </ul>
      )}
      {others.length > 0 && (
        <ul class="files">
          {others.map((file) => (
            <li key={file.number} class="file">
              <Document file={file} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Picture({ file, isAlone }: { file: SharedAttachment; isAlone: boolean }) {
  const { number, width, height } = file;
  const address = useAddress(number);
  const place =
    isAlone && width && height ? { aspectRatio: `${width} / ${height}`, maxHeight: `${height}px` } : undefined;
  return (
    <a class="picture" href={address} target="_blank" rel="noopener" style={place}>
      {address && <img src={address} alt={text().picture(number)} loading="lazy" decoding="async" />}
    </a>
  );
}

function Document({ file }: { file: SharedAttachment }) {
  const { number, pages, bytes } = file;
  const address = useAddress(number);
  const about = [pages && text().pages(pages), sizeOf(bytes, locale.value)].filter(Boolean).join(" · ");
  return (
    <a class="file-card" href={address} download>
      <span class="file-face">
        <Icon name="file" />
      </span>
      <span class="file-words">
        <span class="file-name">{text().document(kindOf({ ...file, name: "" }, text().plain), number)}</span>
        <span class="file-about">{about}</span>
      </span>
    </a>
  );
}

/** Where a file is; where only members may see it, it is fetched as one of them. */
function useAddress(number: number): string | undefined {
  const address = useSignal(isForMembers ? undefined : `/s/${token}/attachments/${number}`);
  useEffect(() => {
    if (!isForMembers) return;
    let made = "";
    void import("../../api/client")
      .then(({ fetchFile }) => fetchFile("GET /s/{token}/attachments/{number}", { params: { token, number } }))
      .then(({ content }) => (address.value = made = URL.createObjectURL(content)))
      .catch(() => undefined); // its place stays empty
    return () => URL.revokeObjectURL(made);
  }, []);
  return address.value;
}
