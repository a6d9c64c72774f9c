/** What a busy page hears late and at once is told as it is by now. */
import { expect, it, vi } from "vitest";
import { watchNear } from "../../src/ui/watchNear";

it("tells the last of several changes, and nothing after its end", () => {
  let hear: (changes: object[]) => void = () => undefined;
  const disconnect = vi.fn();
  class Observer {
    constructor(callback: typeof hear) {
      hear = callback;
    }
    observe() {}
    disconnect = disconnect;
  }
  vi.stubGlobal("IntersectionObserver", Observer);
  const tell = vi.fn();
  const end = watchNear({} as Element, null, "10px", tell);
  const box = { height: 3 };
  hear([
    { isIntersecting: false, boundingClientRect: { height: 1 } },
    { isIntersecting: true, boundingClientRect: box },
  ]);
  expect(tell.mock.calls).toEqual([[true, box]]);
  end();
  expect(disconnect).toHaveBeenCalledOnce();
});
