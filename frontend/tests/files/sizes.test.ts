/** What a file is, in few words. */
import { describe, expect, it } from "vitest";
import { kindOf, named, sizeOf } from "../../src/features/files/sizes";

it.each([
  [0, "0 B"],
  [1023, "1,023 B"],
  [1024, "1 kB"],
  [1290, "1.3 kB"],
  [10_200, "10 kB"],
  [1_048_000, "1,023 kB"],
  [1_048_500, "1 MB"],
  [20 * 1024 ** 2, "20 MB"],
  [1024 ** 3, "1 GB"],
  [5000 * 1024 ** 3, "5,000 GB"],
])("says %i as %s", (bytes, words) => {
  expect(sizeOf(bytes, "en")).toBe(words);
});

it.each([
  ["application/pdf", "a.exe", "PDF"],
  ["text/html", "a.png", "HTML"],
  ["text/plain", "main.py", "PY"],
  ["text/plain", "Makefile", "Text"],
  ["text/plain", "a.longending", "Text"],
])("says %s called %s as %s", (type, name, kind) => {
  expect(kindOf({ type, name }, "Text")).toBe(kind);
});

describe("the name of a picture that the server made anew", () => {
  it.each([
    ["cat.heic", "image/jpeg", "cat.jpg"],
    ["cat.JPEG", "image/jpeg", "cat.JPEG"],
    ["cat.gif", "image/png", "cat.png"],
    ["v1.2", "image/png", "v1.2.png"],
    ["evil.html", "image/png", "evil.html.png"],
    ["report.pdf", "application/pdf", "report.pdf"],
  ])("%s of %s: %s", (name, type, saved) => {
    expect(named(name, type)).toBe(saved);
  });
});
