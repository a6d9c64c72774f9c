import { useRef } from "preact/hooks";

const MILLISECONDS = 500;
const MOST_PIXELS = 10;

/**
 * Handlers for an element whose menu is asked for by the right button of a mouse, by the keyboard's
 * key for menus, or by a finger that rests on it; the end of that press does not count as a click.
 */
export function useLongPress(run: (at: { x: number; y: number }) => void) {
  const press = useRef({ timer: 0, held: false, x: 0, y: 0 }).current;
  const end = () => clearTimeout(press.timer);
  const hold = ({ clientX: x, clientY: y }: MouseEvent) => {
    press.held = true;
    run({ x, y });
  };
  return {
    onPointerDown(event: PointerEvent) {
      press.held = false;
      if (event.pointerType === "mouse") return;
      press.x = event.clientX;
      press.y = event.clientY;
      press.timer = window.setTimeout(() => hold(event), MILLISECONDS);
    },
    onPointerMove(event: PointerEvent) {
      if (Math.hypot(event.clientX - press.x, event.clientY - press.y) > MOST_PIXELS) end();
    },
    onPointerUp: end,
    onPointerCancel: end,
    onClickCapture(event: MouseEvent) {
      if (!press.held) return;
      press.held = false;
      event.preventDefault();
      event.stopPropagation();
    },
    onContextMenu(event: MouseEvent) {
      event.preventDefault();
      end();
      if (press.held) return; // a phone's browser sends it for the press that was heard already
      run({ x: event.clientX, y: event.clientY });
      press.held = (event as PointerEvent).pointerType === "touch";
    },
  };
}
