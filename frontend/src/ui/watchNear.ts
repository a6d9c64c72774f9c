/** Tells whether an element is within a margin of what is seen, now and whenever that changes. */
export function watchNear(
  element: Element,
  root: Element | null,
  margin: string,
  tell: (isNear: boolean, box: DOMRectReadOnly) => void,
): () => void {
  // A busy page hears of several changes at once, and only the last is still so.
  const hear = (changes: IntersectionObserverEntry[]) => {
    const { isIntersecting, boundingClientRect } = changes.at(-1)!;
    tell(isIntersecting, boundingClientRect);
  };
  const observer = new IntersectionObserver(hear, { root, rootMargin: margin });
  observer.observe(element);
  return () => observer.disconnect();
}
