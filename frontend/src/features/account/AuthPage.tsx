import { useEffect } from "preact/hooks";
import { route } from "../../browser/router";
import { t } from "../../i18n";
import { Mark } from "../../ui/Icon";
import { LanguageSwitch } from "../../ui/LanguageSwitch";
import { loadOptions } from "./account";
import { Forgot } from "./Forgot";
import { LogIn } from "./LogIn";
import { Register } from "./Register";
import { Reset } from "./Reset";

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
        <p>{t().auth.tagline}</p>
        <LanguageSwitch />
      </footer>
    </div>
  );
}
