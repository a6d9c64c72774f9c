import { Dialog } from "../../ui/Dialog";
import { overlay } from "../../ui/layers";
import { Keyboard } from "./Keyboard";
import { text } from "./keyboardTexts";

export function KeyboardSheet() {
  return (
    <Dialog title={text().title} onClose={() => (overlay.value = null)}>
      <Keyboard />
    </Dialog>
  );
}
