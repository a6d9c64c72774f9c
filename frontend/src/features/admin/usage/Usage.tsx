import { Place } from "../Place";

export function Usage() {
  return <Place section="usage">{null}</Place>;
}
