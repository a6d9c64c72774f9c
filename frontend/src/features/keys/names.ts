/** What a model is called in requests to our own API. */
import type { Model } from "../../api/types";

/** Its connection comes first: a name alone may be that of several. */
export function apiNameOf({ name, connection }: Model): string {
  return `${connection.slug}/${name}`;
}
