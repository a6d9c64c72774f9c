/** The files of a message that is written: each in one place, with what became of it. */
import { beforeEach, expect, it } from "vitest";
import { clearPersonal, store } from "../../src/browser/storage";
import {
  changeFile,
  type DraftFile,
  draftsOf,
  filesOf,
  idsOf,
  isNamed,
  isSame,
  keepFiles,
  moveFiles,
  putFilesBack,
} from "../../src/features/files/drafts";

const file = (key: string): DraftFile => ({ key, name: `${key}.png`, bytes: 1, type: "image/png" });
const made = (id: number) => ({ id, name: "a", type: "image/png", bytes: 1, tokens: 1 });
const keys = (place: Parameters<typeof filesOf>[0]) => filesOf(place).map(({ key }) => key);

beforeEach(() => {
  clearPersonal();
  keepFiles("edit-7", []);
});

it("go along into the conversation that was made, after what is there", () => {
  keepFiles(null, [file("a"), file("b")]);
  keepFiles(5, [file("b"), file("c")]);
  moveFiles(null, 5);
  expect(keys(null)).toEqual([]);
  expect(keys(5)).toEqual(["b", "c", "a"]);
});

it("come back before what was added since, and each once", () => {
  keepFiles(5, [file("c"), file("a")]);
  putFilesBack(5, [file("a"), file("b")]);
  putFilesBack(5);
  expect(keys(5)).toEqual(["a", "b", "c"]);
});

it("are changed wherever they stand", () => {
  keepFiles(null, [file("a")]);
  keepFiles(5, [file("b"), file("c")]);
  keepFiles("edit-7", [file("d")]);
  for (const key of ["b", "d"]) changeFile(key, { made: made(3) });
  changeFile("gone", { made: made(4) });
  expect(idsOf(filesOf(null))).toEqual([]);
  expect(idsOf(filesOf(5))).toEqual([3]);
  expect(idsOf(filesOf("edit-7"))).toEqual([3]);
  expect(idsOf([])).toBeUndefined();
});

it("are named as long as a list or a message that waits has them", () => {
  keepFiles("edit-7", [file("edited")]);
  keepFiles(5, [file("listed")]);
  store("waiting:5", JSON.stringify([{ files: [file("sent")] }]));
  expect(["edited", "listed", "sent", "other"].map(isNamed)).toEqual([true, true, true, false]);
});

it("are those of a message that is edited, until one is another", () => {
  const before = [made(1), made(2)];
  const drafts = draftsOf(before);
  expect(
    isSame(
      before,
      drafts.map((each) => each.made!),
    ),
  ).toBe(true);
  expect(isSame(before, [made(2), made(1)])).toBe(false);
  expect(isSame(before, [made(1)])).toBe(false);
  expect(isSame()).toBe(true);
});
