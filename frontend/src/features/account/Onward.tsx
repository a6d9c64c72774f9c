import { loggedIn } from "../../api/session";
import { follow } from "../../browser/router";
import { t } from "../../i18n";
import { routes } from "../../routes";
import { authText } from "./authTexts";

/** From the page of a link to where a person goes next: to the login, or to their chats. */
export function Onward({ isNext }: { isNext: boolean }) {
  const isIn = loggedIn.value === true;
  const link = (
    <a class={isNext ? "button primary wide" : undefined} href={isIn ? routes.start : routes.login} onClick={follow}>
      {isIn ? t().common.back : authText().logIn}
    </a>
  );
  return isNext ? link : <p class="auth-more">{link}</p>;
}
