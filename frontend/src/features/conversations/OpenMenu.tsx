import { part } from "../../browser/lazy";
import { menuOf, type Place } from "./opened";

export const conversationMenu = part(() => import("./ConversationMenu"));

/** A conversation's menu, if one is open in this place: it stands in the part of the page that it is of. */
export function OpenMenu({ place }: { place: Place }) {
  const loaded = menuOf.value?.place === place ? conversationMenu() : undefined;
  return loaded ? <loaded.ConversationMenu /> : null;
}
