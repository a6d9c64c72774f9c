/** What sets a model's text, as a part of its own: pages without a conversation do without it. */
import { lazy } from "../browser/lazy";
import { Plain } from "./Plain";

/** After an upgrade of the server its parts have other names: then texts stand as they were written. */
export const markdown = lazy(() => import("./Markdown").catch(() => ({ Markdown: Plain })));
