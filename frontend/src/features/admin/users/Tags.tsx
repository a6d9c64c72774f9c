import type { AdminUser } from "../../../api/types";
import { account } from "../../account/account";
import { text as texts } from "./texts";
import "../../endpoints/connections.css";

/** What is to be known of a user at a glance; of most there is nothing. */
export function Tags({ user: { id, role, status } }: { user: AdminUser }) {
  const text = texts();
  return (
    <>
      {role === "admin" && <span class="tag">{text.admin}</span>}
      {status !== "active" && (
        <span class={`tag user-${status}`}>{status === "pending" ? text.waiting : text.statuses[status]}</span>
      )}
      {account.value?.id === id && <span class="tag user-you">{text.you}</span>}
    </>
  );
}
