import type { AdminUser } from "../../../api/types";
import { follow } from "../../../browser/router";
import { Icon } from "../../../ui/Icon";
import { notify } from "../../../ui/toasts";
import { placeOf } from "../at";
import { tellFailure, useWork } from "../calls";
import { shortDay } from "../times";
import { Initial } from "./Initial";
import { Tags } from "./Tags";
import { text as texts } from "./texts";
import { approve } from "./users";

/** A user in the list; whoever waits for approval gets it here. */
export function UserRow({ user }: { user: AdminUser }) {
  const text = texts();
  const { id, username, email, display_name, status, last_login_at, groups } = user;
  const { busy, run } = useWork();
  const approveOne = () =>
    approve(id)
      .then(() => notify({ text: text.approved(username) }))
      .catch(tellFailure);
  return (
    <li>
      <a class="user-row" href={placeOf("users", id)} onClick={follow}>
        <Initial name={username} />
        <span class="user-name">
          <strong>
            <bdi>{username}</bdi> <Tags user={user} />
          </strong>
          <small>
            {display_name && (
              <>
                <bdi>{display_name}</bdi> ·{" "}
              </>
            )}
            {email}
          </small>
        </span>
        <small class="user-groups" dir="auto">
          {groups.map(({ name }) => name).join(", ")}
        </small>
        <small class="user-login">{last_login_at ? text.lastLogin(shortDay(last_login_at)) : text.never}</small>
        {status !== "pending" && <Icon name="right" />}
      </a>
      {status === "pending" && (
        <button
          class="button"
          disabled={busy.value}
          aria-label={text.approveOne(username)}
          onClick={() => void run(approveOne)}
        >
          {text.approve}
        </button>
      )}
    </li>
  );
}
