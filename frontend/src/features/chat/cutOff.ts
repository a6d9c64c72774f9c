/** Whether the connection of the conversation on the screen is lost, for longer than a blink. */
import { effect, signal } from "@preact/signals";
import { socket } from "./current";

const PATIENCE_MILLISECONDS = 700;

export const cutOff = signal(false);

effect(() => {
  const lost = socket.value?.connection.value === "lost";
  if (!lost) {
    cutOff.value = false;
    return;
  }
  const timer = setTimeout(() => (cutOff.value = true), PATIENCE_MILLISECONDS);
  return () => clearTimeout(timer);
});
