import { Exports } from "./Exports";
import { Imports } from "./Imports";
import "./transfer.css";

/** Conversations brought in from elsewhere, and all that is one's own taken away. */
export function Transfer() {
  return (
    <>
      <Imports />
      <Exports />
    </>
  );
}
