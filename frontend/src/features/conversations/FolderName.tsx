import { useSignal } from "@preact/signals";
import { Dialog } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { FormButtons } from "../../ui/FormButtons";
import { useAction } from "../../ui/useAction";
import { type FolderNamed, folderNamed } from "./opened";
import { createFolder, nameFolder } from "./order";
import { text } from "./orderTexts";
import "./ordered.css";

/** Of the API. */
const MOST_CHARACTERS = 80;

/** What a folder is called, a new one or another. */
export function FolderName({ folder, conversation = null }: FolderNamed) {
  const name = useSignal(folder?.name ?? "");
  const { busy, error, run } = useAction();
  const close = () => {
    folderNamed.value = null;
  };
  const save = async (event: Event) => {
    event.preventDefault();
    const wanted = name.value.trim();
    if (!wanted) return;
    const done = await run(() => (folder ? nameFolder(folder, wanted) : createFolder(wanted, conversation)));
    if (done) close();
  };
  return (
    <Dialog title={folder ? text().renameTitle : text().newFolder} onClose={close}>
      <form class="folder-form" onSubmit={(event) => void save(event)}>
        <Field
          label={text().name}
          required
          autofocus
          maxLength={MOST_CHARACTERS}
          value={name.value}
          onValue={(value) => (name.value = value)}
          error={error.value?.text}
          input={{ dir: "auto" }}
        />
        <FormButtons busy={busy.value} onCancel={close} />
      </form>
    </Dialog>
  );
}
