/** The first page of the list, read again, beside what was known and what happened meanwhile. */
import { expect, it } from "vitest";
import type { Conversation } from "../../src/api/types";
import { mergeFirstPage } from "../../src/features/conversations/firstPage";

const at = (id: number, minute: number, title = `${id}`): Conversation => {
  const time = `2026-01-01T00:${String(minute).padStart(2, "0")}:00Z`;
  return { id, title, created_at: time, updated_at: time };
};
const ids = (items: Conversation[]) => items.map(({ id }) => id);
const known = [at(3, 30), at(2, 20), at(1, 10)];

it("adds what was made and moves what was used elsewhere, and keeps what is older than the page", () => {
  const { items, gap } = mergeFirstPage(known, known, [at(4, 50), at(2, 40), at(3, 30)], true);
  expect([ids(items), gap]).toEqual([[4, 2, 3, 1], false]);
});

it("drops what the page should have held, and nothing below it", () => {
  expect(ids(mergeFirstPage(known, known, [at(3, 30), at(1, 10)], false).items)).toEqual([3, 1]);
  expect(ids(mergeFirstPage(known, known, [at(4, 50), at(2, 20)], true).items)).toEqual([4, 2, 1]);
});

it("begins anew where older ones may lie between the page and what was known", () => {
  const { items, gap } = mergeFirstPage(known, known, [at(9, 50), at(8, 45)], true);
  expect([ids(items), gap]).toEqual([[9, 8], true]);
});

it("begins anew where the page ends with one that was not known: more may have come below it", () => {
  const { items, gap } = mergeFirstPage(known, known, [at(3, 30), at(9, 15)], true);
  expect([ids(items), gap]).toEqual([[3, 9], true]);
  expect(mergeFirstPage(known, known, [at(3, 30), at(9, 15)], false).gap).toBe(false);
});

it("begins anew where many have come or gone", () => {
  const { items, gap } = mergeFirstPage(known, known, [at(3, 30), at(2, 20)], true, true);
  expect([ids(items), gap]).toEqual([[3, 2], true]);
  const now = [at(5, 55), ...known];
  expect(ids(mergeFirstPage(known, now, [at(3, 30), at(2, 20)], true, true).items)).toEqual([5, 3, 2]);
});

it("leaves what was made, used or deleted here while the page was on its way", () => {
  const now = [at(5, 55), at(1, 54), at(3, 30)];
  const { items } = mergeFirstPage(known, now, [at(3, 30, "renamed"), at(2, 20), at(1, 10)], false);
  expect(items).toEqual([at(5, 55), at(1, 54), at(3, 30, "renamed")]);
});
