import { UserList } from "./UserList";
import { UserPage } from "./UserPage";
import "./users.css";

/** All users, or one of them. */
export function Users({ id }: { id: number | null }) {
  return id === null ? <UserList /> : <UserPage key={id} id={id} />;
}
