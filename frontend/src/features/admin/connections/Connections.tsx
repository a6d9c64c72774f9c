import { ConnectionList } from "./ConnectionList";
import { ConnectionPage } from "./ConnectionPage";
import "../../endpoints/connections.css";
import "./connections.css";

/** The operator's connections, or one of them. */
export function Connections({ id }: { id: number | null }) {
  return id === null ? <ConnectionList /> : <ConnectionPage key={id} id={id} />;
}
