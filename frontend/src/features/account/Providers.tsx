import type { ServerOptions } from "../../api/types";
import { beginning, goAway } from "./away";
import { wayText } from "./wayTexts";

interface Props {
  of: ServerOptions["providers"];
  /** What stands first on its page. */
  isFirst?: boolean;
}

/** Ways to log in that lead elsewhere, and back. */
export function Providers({ of, isFirst }: Props) {
  return of.map(({ slug, label }, place) => (
    <a
      key={slug}
      class={isFirst && !place ? "button primary wide" : "button wide"}
      href={beginning(slug, "/")}
      onClick={({ currentTarget }) => {
        currentTarget.href = beginning(slug, goAway());
      }}
    >
      {wayText().continueWith(label)}
    </a>
  ));
}
