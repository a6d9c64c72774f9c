/** What is typed for a key, and what of that goes to the server. */
import { describe, expect, it } from "vitest";
import type { Key } from "../../src/api/types";
import { changesOf, termsOf, typedKey } from "../../src/features/keys/typedKey";

const NOW = Date.parse("2026-11-30T12:00:00Z");
const saved: Key = {
  id: 1,
  name: "laptop",
  prefix: "cbk_Ab3dE9xQ",
  scopes: ["models", "chat", "embeddings"],
  model_ids: [3, 4],
  expires_at: "2026-12-30T00:00:00.000000Z",
  last_used_at: null,
  created_at: "2026-11-30T00:00:00.000000Z",
  cap: { period: "month", unit: "nano_usd", amount: 2_500_000_000, used: 1, left: 1, resets_at: "" },
};

describe("a new key", () => {
  it("opens everything for 90 days", () => {
    expect(termsOf({ ...typedKey(undefined), name: " laptop " }, undefined, NOW).terms).toEqual({
      name: "laptop",
      scopes: ["chat", "embeddings", "models"],
      model_ids: null,
      expires_at: "2027-02-28T12:00:00.000Z",
      cap: null,
    });
  });

  it("is told by its field what is wrong", () => {
    const typed = { ...typedKey(undefined), models: [], scopes: [], limit: "day" as const, amount: "much" };
    expect(termsOf(typed, undefined, NOW)).toEqual({ wrong: { models: true, scopes: true, amount: "number" } });
  });
});

describe("a key that is there", () => {
  const changed = (what: Partial<ReturnType<typeof typedKey>>) =>
    changesOf(saved, termsOf({ ...typedKey(saved), ...what }, saved, NOW).terms!);

  it("stays as it is where nothing else is typed", () => {
    expect(typedKey(saved)).toMatchObject({ amount: "2.5", limit: "month", until: "kept" });
    expect(changed({})).toEqual({});
  });

  it("is told only what changes", () => {
    expect(changed({ name: "desktop" })).toEqual({ name: "desktop" });
    expect(changed({ models: [4, 3] })).toEqual({});
    expect(changed({ models: null, until: "never", limit: "none" })).toEqual({
      model_ids: null,
      expires_at: null,
      cap: null,
    });
    expect(changed({ unit: "tokens", amount: "1,000" })).toEqual({
      cap: { period: "month", unit: "tokens", amount: 1000 },
    });
  });
});
