import { Place } from "../Place";

export function Invites() {
  return <Place section="invites">{null}</Place>;
}
