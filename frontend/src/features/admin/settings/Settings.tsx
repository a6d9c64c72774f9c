import { Place } from "../Place";

export function Settings() {
  return <Place section="settings">{null}</Place>;
}
