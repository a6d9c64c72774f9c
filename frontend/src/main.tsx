import { render } from "preact";
import { App } from "./app";
import { keepFocus } from "./ui/keepFocus";
import "./ui/tokens.css";
import "./ui/base.css";
import "./features/conversations/sidebar.css";
import "./ui/layout.css";
import "./features/chat/empty.css";
import "./ui/notices.css";
import "./features/chat/thread.css";
import "./features/chat/actions.css";
import "./features/chat/composer.css";

keepFocus();
render(<App />, document.getElementById("app")!);
