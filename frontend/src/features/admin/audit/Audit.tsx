import { Place } from "../Place";

export function Audit() {
  return <Place section="audit">{null}</Place>;
}
