/** Things that are done one after the other, of which the newest counts. */
import { expect, test } from "vitest";
import { newest } from "../../src/browser/newest";

function held<T>(value: T) {
  let settle!: (error?: Error) => void;
  const promise = new Promise<T>((resolve, reject) => {
    settle = (error) => (error ? reject(error) : resolve(value));
  });
  let begun = false;
  const work = () => {
    begun = true;
    return promise;
  };
  return { settle, begun: () => begun, work };
}

const turn = () => new Promise((resolve) => setTimeout(resolve));

test("of two the first gives nothing, and the second waits for it", async () => {
  const { ask, busy, count } = newest();
  const [first, second] = [held(1), held(2)];
  const former = ask(first.work);
  await turn();
  const latter = ask(second.work);
  await turn();
  expect([first.begun(), second.begun()]).toEqual([true, false]);
  first.settle();
  expect(await former).toBeUndefined();
  await turn();
  expect([second.begun(), busy()]).toEqual([true, true]);
  second.settle();
  expect(await latter).toBe(2);
  expect([busy(), count()]).toEqual([false, 2]);
});

test("of those that wait the newest alone is done", async () => {
  const { ask, idle } = newest();
  const all = [held(1), held(2), held(3)];
  const former = ask(all[0]!.work);
  await turn();
  const others = all.slice(1).map(({ work }) => ask(work));
  for (const { settle } of all) settle();
  await idle();
  expect(await Promise.all([former, ...others])).toEqual([undefined, undefined, 3]);
  expect(all.map(({ begun }) => begun())).toEqual([true, false, true]);
});

test("a failure is told of the newest alone", async () => {
  const { ask } = newest();
  const [first, second, third] = [held(1), held(2), held(3)];
  const former = ask(first.work);
  await turn();
  const latter = ask(second.work);
  first.settle(new Error("offline"));
  expect(await former).toBeUndefined();
  await turn();
  second.settle(new Error("gone"));
  await expect(latter).rejects.toThrow("gone");
  third.settle();
  expect(await ask(third.work)).toBe(3);
});
