import { follow } from "../../browser/router";
import { sectionAt } from "../../routes";
import { showsHow } from "./how";
import { text } from "./texts";

/** To whoever begins: what was said elsewhere can come along. */
export function MoveIn() {
  return (
    <a
      href={sectionAt("data")}
      onClick={(event) => {
        showsHow.value = true;
        follow(event);
      }}
    >
      {text().moveIn}&nbsp;→
    </a>
  );
}
