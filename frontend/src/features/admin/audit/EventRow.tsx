import type { AdminAuditEvent } from "../../../api/types";
import { locale } from "../../../browser/preferences";
import { follow } from "../../../browser/router";
import { when } from "../../../ui/when";
import { actionText } from "../../account/texts";
import { placeOf } from "../at";
import { nameOf } from "./events";
import { text as texts } from "./texts";

/** Told in words of their own. */
const SAID: ReadonlySet<string> = new Set(["admin_id", "count"]);

/** One event: what, about whom, by whom, from where, and what else was written down of it. */
export function EventRow({ event }: { event: AdminAuditEvent }) {
  const text = texts();
  const { at, user_id, username, action, outcome, address, detail } = event;
  const { admin_id, count } = detail;
  const rest = Object.entries(detail).filter(([key, value]) => !SAID.has(key) && value !== null);
  return (
    <li class="event">
      <div class="event-what">
        <strong>
          {actionText(action)}
          {typeof count === "number" && count > 1 && ` × ${count}`}{" "}
          {outcome === "refused" && <span class="tag refused">{text.refused}</span>}
        </strong>
        {rest.length > 0 && (
          <small class="event-detail">
            {rest.map(([key, value]) => (
              <code key={key}>
                {key}: {shown(value)}
              </code>
            ))}
          </small>
        )}
      </div>
      <small class="event-who">
        <Who id={user_id} name={username} />
        {typeof admin_id === "number" && admin_id !== user_id && (
          <span>
            {text.by} <Admin id={admin_id} />
          </span>
        )}
      </small>
      <small class="event-where">
        <time dateTime={at}>{when(at, locale.value)}</time>
        {address && <span>{address}</span>}
      </small>
    </li>
  );
}

function Who({ id, name }: { id: number | null; name: string | null }) {
  const text = texts();
  if (id === null) return <span>{text.nobody}</span>;
  if (name === null) return <span>{text.goneUser(String(id))}</span>;
  return (
    <a href={placeOf("users", id)} onClick={follow}>
      <bdi>{name}</bdi>
    </a>
  );
}

function Admin({ id }: { id: number }) {
  const name = nameOf(id);
  return <Who id={id} name={name ?? null} />;
}

/** What programs read, as they do. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return value.map(shown).join(", ") || "–";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
