/** What is known here is there at once; what the server found comes after it, each once. */
import { expect, it } from "vitest";
import { optionsFor } from "../../src/features/search/options";
import type { Results } from "../../src/features/search/useResults";

const conversation = (id: number, title: string) => ({ id, title, created_at: "", updated_at: "" });
const titled = (id: number, title: string) => ({ conversation_id: id, title, archived: id > 8, ranges: [] });
const said = (id: number) => ({
  ...titled(id, "title"),
  message_id: id,
  sender: "user" as const,
  timestamp: "",
  snippet: "",
  snippet_start: 0,
});
const action = { label: "New tide", icon: "plus" as const, run: () => undefined };
const known = [conversation(1, "Low tide"), conversation(2, "Ports"), conversation(3, "Tides")];
const found: Results = {
  query: "tide",
  messages: [said(7)],
  titles: [titled(3, "Tides"), titled(9, "Neap tide"), titled(10, "潮汐")],
  cursor: null,
};
const keys = (query: string, results: Results | null = found, isOld = false) =>
  optionsFor(query, [action], known, results, isOld).map(({ key }) => key);

it("puts actions first, then titles, then messages", () => {
  expect(keys("tide")).toEqual(["plus", "c1", "c3", "c9", "c10", "m7"]);
  expect(keys("", null)).toEqual(["plus", "c1", "c2", "c3"]);
  expect(keys("LOW  tide", null)).toEqual(["c1"]);
});

it("keeps of what was found for other words only titles that have these", () => {
  expect(keys("neap", found, true)).toEqual(["c9", "m7"]);
});
