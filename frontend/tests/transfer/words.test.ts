/** What became of an import is said in words, in the reader's language, also what a later server tells. */
import { beforeEach, expect, it, vi } from "vitest";
import type { ImportItemRead, ImportRead } from "../../src/api/schema";
import { locale } from "../../src/browser/preferences";
import { text as whyText } from "../../src/features/transfer/whyTexts";
import { noteOf, outcome, productOf, resultsOf, whyOf, whyOfItem } from "../../src/features/transfer/words";

// What the page's preferences ask of a browser when they are loaded.
vi.hoisted(() => {
  vi.stubGlobal("navigator", { languages: ["en"] });
  vi.stubGlobal("document", { documentElement: { dataset: {} } });
  vi.stubGlobal("matchMedia", () => ({ matches: true, addEventListener: () => undefined }));
});

const counts = { created: 0, updated: 0, unchanged: 0, skipped: 0, failed: 0 };
const one: ImportRead = {
  ...counts,
  ...{ id: 1, name: "a.zip", status: "done", format: "chatgpt", done: 0, messages: 0 },
  ...{ created_at: "2026-01-01T00:00:00Z", ended_at: null },
};
const item: ImportItemRead = { source_id: null, title: "", result: "failed", notes: [] };

beforeEach(() => {
  locale.value = "en";
});

it("names the product", () => {
  expect(productOf(one)).toBe("ChatGPT");
  expect(productOf({ ...one, format: "chat-backend" })).toBe("Chat");
  expect(productOf({ ...one, format: "another" })).toBe("another");
  expect(productOf({ ...one, format: null })).toBeNull();
});

it("counts the results that there are", () => {
  expect(resultsOf({ ...one, created: 1200, failed: 1 })).toEqual(["1,200 new", "1 failed"]);
  expect(resultsOf(one)).toEqual([]);
});

it("tells how an import ended", () => {
  expect(outcome({ ...one, created: 2, skipped: 1 })).toBe("“a.zip” is imported: 2 new · 1 skipped.");
  expect(outcome(one)).toBe("“a.zip” is imported: no conversations.");
  expect(outcome({ ...one, status: "failed", why: "nested" })).toMatch(/^“a.zip” was not imported\. This ZIP holds/);
  locale.value = "zh-CN";
  expect(outcome({ ...one, created: 2 })).toBe("“a.zip”已导入：新增 2。");
});

it("says why, and what it has no words for as it is", () => {
  expect(whyOf({ ...one, status: "failed" })).toBe("It could not be read.");
  expect(whyOfItem({ ...item, why: "not_an_object" })).toBe("It is not a conversation.");
  expect(whyOfItem({ ...item, why: "new_one" })).toBe("It could not be read (new_one).");
  expect(whyOfItem(item)).toBeUndefined();
});

it("tells what was done to a conversation", () => {
  expect(noteOf({ code: "hidden", count: 1 })).toBe("1 hidden message left out");
  expect(noteOf({ code: "tool", count: 1234 })).toBe("1,234 messages of tools left out");
  expect(noteOf({ code: "new_one", count: 3 })).toBe("new_one: 3");
  expect(noteOf({ code: "missing", count: 1, name: "a.png", why: "quota" })).toBe("a.png: no room left for your files");
  expect(noteOf({ code: "missing", count: 1, name: "a.png", why: "gone" })).toBe("a.png: not in the export");
  locale.value = "zh-CN";
  expect(noteOf({ code: "hidden", count: 2 })).toBe("略去 2 条隐藏消息");
});

it("knows the same codes in both languages", () => {
  const codes = () => [whyText().whole, whyText().items, whyText().notes, whyText().missingWhy].map(Object.keys);
  const inEnglish = codes();
  locale.value = "zh-CN";
  expect(codes()).toEqual(inEnglish);
});
