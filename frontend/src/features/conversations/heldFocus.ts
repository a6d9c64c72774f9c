/**
 * The focus that the list keeps where one of its rows is deleted by a key: the page that is shown for
 * it takes no focus when it comes, which may be later than the list is drawn again. Until the next key
 * or click.
 */
let isHeld = false;

export function holdFocus(): void {
  isHeld = true;
  for (const event of ["keydown", "pointerdown"]) addEventListener(event, letGo, { capture: true, once: true });
}

function letGo(): void {
  isHeld = false;
}

/** Whether the message box of a page that comes may take the focus. */
export function mayTakeFocus(): boolean {
  return !isHeld;
}
