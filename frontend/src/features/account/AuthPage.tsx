import { useEffect } from "preact/hooks";
import { route } from "../../browser/router";
import { Mark } from "../../ui/Icon";
import { LanguageSwitch } from "../../ui/LanguageSwitch";
import { loadOptions } from "./account";
import { authText } from "./authTexts";
import { Forgot } from "./Forgot";
import { LogIn } from "./LogIn";
import { Register } from "./Register";
import { Reset } from "./Reset";
import "../../ui/forms.css";
import "./account.css";

/** Everything that is there for somebody who is not logged in. */
export function AuthPage() {
  useEffect(() => void loadOptions(), []);
  const page = route.value.page;
  return (
    <div class="auth">
      <main class="auth-card">
        <Mark />
        {page === "register" && <Register />}
        {page === "reset" && (location.hash.length > 1 || location.search ? <Reset /> : <Forgot />)}
        {page !== "register" && page !== "reset" && <LogIn />}
      </main>
      <footer class="auth-foot">
        <p>{authText().tagline}</p>
        <LanguageSwitch />
      </footer>
    </div>
  );
}
