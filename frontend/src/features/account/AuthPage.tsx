import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect } from "preact/hooks";
import { route } from "../../browser/router";
import { Mark } from "../../ui/Icon";
import { LanguageSwitch } from "../../ui/LanguageSwitch";
import { loadOptions } from "./account";
import { authText } from "./authTexts";
import { Banner } from "./Banner";
import { EmailChange } from "./EmailChange";
import { Forgot } from "./Forgot";
import { invite, takeInvite } from "./invite";
import { LogIn } from "./LogIn";
import { Register } from "./Register";
import { Reset } from "./Reset";
import { tokenInAddress } from "./tokenInAddress";
import { Verify } from "./Verify";
import "../../ui/forms.css";
import "./account.css";

const LATE_MILLISECONDS = 700;

/** Everything that is there for somebody who is not logged in. */
export function AuthPage() {
  /** How accounts are made, or that it could not be learnt. */
  const ready = useSignal(false);
  /** A login begins without it where it takes long; else nothing moves once it is there. */
  const late = useSignal(false);
  useEffect(() => {
    void loadOptions().then(() => (ready.value = true));
    setTimeout(() => (late.value = true), LATE_MILLISECONDS);
    takeInvite();
    addEventListener("hashchange", takeInvite);
    return () => removeEventListener("hashchange", takeInvite);
  }, []);
  const page = route.value.page;
  const isInvited = invite.value !== "";
  // A browser minds `autofocus` only in the first form that it is shown.
  useLayoutEffect(
    () => document.querySelector<HTMLElement>(".auth [autofocus]")?.focus(),
    [page, ready.value || late.value, isInvited],
  );
  return (
    <div class="auth">
      <Banner />
      <main class="auth-card">
        <Mark />
        {page === "login" && (ready.value || late.value) && <LogIn />}
        {page === "register" && ready.value && <Register />}
        {page === "reset" && (tokenInAddress() ? <Reset /> : <Forgot />)}
        {page === "verify" && <Verify />}
        {page === "email" && <EmailChange />}
      </main>
      <footer class="auth-foot">
        <p>{authText().tagline}</p>
        <LanguageSwitch />
      </footer>
    </div>
  );
}
