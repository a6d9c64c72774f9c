import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { AdminUserDetail } from "../../../api/types";
import { locale } from "../../../browser/preferences";
import { when } from "../../../ui/when";
import { account } from "../../account/account";
import { sizeOf } from "../../files/sizes";
import { whole } from "../../usage/money";
import { useWork } from "../calls";
import { FactList } from "../FactList";
import { Failed } from "../Failed";
import { Place } from "../Place";
import { Waiting } from "../Waiting";
import { Access } from "./Access";
import { Groups } from "./Groups";
import { Removal } from "./Removal";
import { Role } from "./Role";
import { State } from "./State";
import { Tags } from "./Tags";
import { text as texts } from "./texts";
import { list, loadUser } from "./users";

/** One user: who it is, and what can be done. */
export function UserPage({ id }: { id: number }) {
  const text = texts();
  const found = useSignal<AdminUserDetail | undefined>(undefined);
  const { error, run } = useWork();
  const load = () =>
    run(async () => {
      found.value = await loadUser(id);
    });
  useEffect(() => void load(), []);
  const user = found.value;
  const known = user ?? list.value?.users.find((other) => other.id === id);
  const isOwn = account.value?.id === id;
  const isGone = error.value?.code === "user_not_found";
  /** What is told of a user after a change has no numbers in it: those stay, or are asked for again. */
  const learn = (change: Partial<AdminUserDetail>) => {
    found.value = { ...found.value!, ...change };
  };
  return (
    <Place section="users" title={known?.username ?? text.user} end={known && <Tags user={known} />}>
      {isGone ? (
        <p class="lead">{text.gone}</p>
      ) : (
        error.value && <Failed text={error.value.text} onRetry={() => void load()} />
      )}
      {!user && !error.value && <Waiting />}
      {user && (
        <>
          <State user={user} learn={learn} />
          <About user={user} />
          {isOwn && <p class="note admin-note">{text.own}</p>}
          {user.status !== "deleted" && (
            <>
              {!isOwn && <Role user={user} learn={learn} />}
              <Groups user={user} learn={learn} />
              {!isOwn && user.status !== "pending" && <Access user={user} learn={learn} reload={load} />}
              {!isOwn && <Removal user={user} learn={learn} />}
            </>
          )}
        </>
      )}
    </Place>
  );
}

function About({ user }: { user: AdminUserDetail }) {
  const text = texts();
  const { email, email_verified, display_name, created_at, last_login_at } = user;
  const facts: [string, string][] = [
    [text.address, text.addressIs(email, email_verified)],
    [text.since, when(created_at, locale.value)],
    [text.login, last_login_at ? when(last_login_at, locale.value) : text.noLogin],
    [text.sessions, whole(user.sessions, locale.value)],
    [text.conversations, whole(user.conversations, locale.value)],
    [text.storage, sizeOf(user.storage_bytes, locale.value)],
  ];
  if (display_name) facts.splice(1, 0, [text.shownAs, display_name]);
  return <FactList of={facts} />;
}
