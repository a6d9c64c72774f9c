/** A person goes to log in at a provider's, and comes back to what they were doing. */
import { AWAY } from "../../browser/router";
import { routes } from "../../routes";

/**
 * Where the provider's login is to lead, told before it begins. What the browser keeps beside that address is
 * put by for it, and for the login page, which they come to where it did not go well.
 */
export function goAway(): string {
  const { layer: _, ...state } = history.state ?? {};
  const { wanted = routes.start, over, beyond } = state;
  const here = location.pathname;
  const isOutside = here === routes.login || here === routes.register;
  const back = !isOutside ? here : beyond ? routes.login : wanted;
  const kept = { [back]: { over }, [routes.login]: isOutside ? state : { wanted: here, over } };
  try {
    sessionStorage.setItem(AWAY, JSON.stringify(kept));
  } catch {
    // they find the page all the same
  }
  return back;
}

/** To a provider's login, from its own address at this server. */
export function beginning(slug: string, back: string): string {
  return `/auth/oidc/${encodeURIComponent(slug)}/start?${new URLSearchParams({ return_to: back })}`;
}
