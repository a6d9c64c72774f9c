/**
 * The keyboard's focus is never lost: where the element that has it goes away, is hidden or disabled,
 * what now stands in its place gets it. Whoever points or leaves an element that stays does not miss it.
 */
const FOCUSABLE = "a[href], button:not(.skip), input, textarea, summary, [tabindex='0']";

/** The boxes around the focused element, from the inside, and its place among their children. */
let path: { box: Element; place: number }[] = [];

export function keepFocus(): void {
  addEventListener("focusin", ({ target }) => remember(target as Element));
  addEventListener("pointerdown", forget, { capture: true });
  // Later than what a change of the page passes on: what is still nowhere by then was left on purpose.
  addEventListener("focusout", ({ target }) => setTimeout(() => isLeft(target as Element) && forget()));
  const changes = { childList: true, subtree: true, attributes: true, attributeFilter: ["disabled", "hidden"] };
  new MutationObserver(() => path.length && isLost() && passOn()).observe(document.body, changes);
}

function forget(): void {
  path = [];
}

/** What had the focus is done with: nothing that stands in its place now gets it. */
export const leaveFocus = forget;

function remember(element: Element): void {
  path = [];
  if (!element.matches(":focus-visible")) return;
  for (let inner = element; inner.parentElement; inner = inner.parentElement)
    path.push({ box: inner.parentElement, place: [...inner.parentElement.children].indexOf(inner) });
}

/** As by the key that hides the keyboard of a phone: the element could have the focus, and nothing has it. */
function isLeft(element: Element): boolean {
  return document.activeElement === document.body && element.isConnected && canHave(element);
}

function isLost(): boolean {
  const focused = document.activeElement;
  return !focused || focused === document.body || !canHave(focused);
}

function passOn(): void {
  const around = path.filter(({ box }) => box.isConnected);
  // A message that is gone was answered by a request: what comes next is said in the composer.
  const inThread = around[0]?.box.closest(".thread") && !around[0].box.closest("article");
  const composer = inThread ? document.querySelector<HTMLElement>(".composer textarea") : null;
  const next = composer ?? around.map(({ box, place }) => within(box.children[place]) ?? within(box)).find(Boolean);
  next?.focus();
}

/** The first that can have the focus, in a box or the box itself; a page without any is one. */
function within(box: Element | undefined): HTMLElement | undefined {
  if (!box) return undefined;
  const inside = [...box.querySelectorAll(FOCUSABLE)];
  const all = box.matches(FOCUSABLE) ? [box, ...inside] : box.matches("main") ? [...inside, box] : inside;
  return all.find(canHave) as HTMLElement | undefined;
}

function canHave(element: Element): boolean {
  return element.checkVisibility() && !element.matches(":disabled");
}
