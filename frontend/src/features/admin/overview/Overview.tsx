import { Place } from "../Place";

export function Overview() {
  return <Place section="overview">{null}</Place>;
}
