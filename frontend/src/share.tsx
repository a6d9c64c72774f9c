/** The page behind a link: what somebody shows, for whoever has it. It knows of no session until it is asked to. */
import { render } from "preact";
import { SharedPage } from "./features/sharing/SharedPage";
import { open } from "./features/sharing/shown";
import { keepFocus } from "./ui/keepFocus";
import "./share.css";

const box = document.getElementById("app")!;

// Until all of it is here the texts stand as the server has sent them.
void Promise.all([open(), import("./markdown/Markdown").catch(() => undefined)]).then(() => {
  box.replaceChildren();
  keepFocus();
  render(<SharedPage />, box);
});
