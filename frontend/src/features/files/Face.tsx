import type { Attachment } from "../../api/types";
import { Icon } from "../../ui/Icon";
import { usePicture } from "./pictures";
import { isPicture } from "./sizes";

/** The small picture of a card: of a picture itself, of a document its sign. */
export function Face({ file }: { file: Attachment }) {
  return <span class="file-face">{isPicture(file) ? <Small id={file.id} /> : <Icon name="file" />}</span>;
}

function Small({ id }: { id: number }) {
  const address = usePicture(id, "thumbnail");
  return address ? <img src={address} alt="" decoding="async" /> : <Icon name="image" />;
}
