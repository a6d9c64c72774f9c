import { useEffect } from "preact/hooks";
import { part } from "../../browser/lazy";
import { asked } from "./fresh";

const confirm = part(() => import("./ConfirmYou"));

/** Stands wherever something may want a fresh login; what it wants is left when that place is. */
export function FreshLogin() {
  useEffect(() => () => asked.peek()?.answer(false), []);
  const ConfirmYou = asked.value && confirm()?.ConfirmYou;
  return ConfirmYou ? <ConfirmYou /> : null;
}
