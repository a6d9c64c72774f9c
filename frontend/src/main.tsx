import { render } from "preact";
import { App } from "./app";
import { keepFocus } from "./components/keepFocus";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/sidebar.css";
import "./styles/layout.css";
import "./styles/empty.css";
import "./styles/notices.css";
import "./styles/switcher.css";
import "./styles/thread.css";
import "./styles/composer.css";
import "./styles/prose.css";
import "./styles/forms.css";
import "./styles/settings.css";

keepFocus();
render(<App />, document.getElementById("app")!);
