/** What one person wrote at this browser is there for them again, and for nobody else. */
import { expect, it } from "vitest";
import { allKept, claimPersonal, clearPersonal, store, stored, unkeptBytes } from "../../src/browser/storage";

const KEYS = ["draft:new", "draft:5", "files:5", "waiting:5", "taken:5", "theme"] as const;
const fill = () => {
  for (const key of KEYS) store(key, "x");
};
const kept = () => KEYS.filter((key) => stored(key) !== null);

it("keeps it for whoever comes back", () => {
  claimPersonal(1);
  fill();
  claimPersonal(1);
  expect(kept()).toHaveLength(6);
});

it("clears it before anybody else, and leaves what is the browser's", () => {
  claimPersonal(1);
  fill();
  claimPersonal(2);
  expect(kept()).toEqual(["theme"]);
});

it("clears it when somebody logs out", () => {
  fill();
  clearPersonal();
  expect(kept()).toEqual(["theme"]);
});

it("clears bytes of files with it", () => {
  unkeptBytes.set("a", new Blob(["x"]));
  expect(allKept()).toBe(false);
  clearPersonal();
  expect(unkeptBytes.size).toBe(0);
});
