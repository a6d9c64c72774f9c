import type { Account } from "../../api/types";
import { lazy } from "../../browser/lazy";
import { called } from "./account";

const pictures = lazy(() => import("./avatar"));

interface Props {
  of: Pick<Account, "id" | "username" | "display_name" | "avatar">;
  /** Asks for the picture; one's own where nothing else is said. */
  call?: string;
}

/** A person's picture, or the first letter of their name until there is one. */
export function Portrait({ of, call = "GET /auth/me/avatar" }: Props) {
  const { id, avatar } = of;
  const address = avatar !== null && pictures()?.addressOf({ id, avatar }, call);
  if (address) return <img class="initial" src={address} alt="" />;
  return (
    <span class="initial" aria-hidden="true">
      {[...called(of)][0]?.toLocaleUpperCase()}
    </span>
  );
}
