import { GroupList } from "./GroupList";
import { GroupPage } from "./GroupPage";
import "./groups.css";

/** All groups, or one of them. */
export function Groups({ id }: { id: number | null }) {
  return id === null ? <GroupList /> : <GroupPage key={id} id={id} />;
}
