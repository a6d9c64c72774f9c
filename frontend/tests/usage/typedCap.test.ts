import { expect, it } from "vitest";
import { ApiError } from "../../src/api/http";
import { amountRefused, capOf, type TypedCap } from "../../src/features/usage/typedCap";

const TYPED: TypedCap = { amount: "5", unit: "messages", period: "day", target: "all", connection: null, model: null };

it.each([
  ["5", "messages", 5],
  [" 1,500 ", "tokens", 1_500],
  ["2 000 000", "tokens", 2_000_000],
  ["1.000.000", "tokens", 1_000_000],
  ["0", "messages", 0],
  ["2.50", "nano_usd", 2_500_000_000],
  ["2,5", "nano_usd", 2_500_000_000],
  ["$1,000", "nano_usd", 1_000_000_000_000],
  ["0.000000001", "nano_usd", 1],
  [".5", "nano_usd", 500_000_000],
] as const)("reads %s of %s", (amount, unit, read) => {
  expect(capOf({ ...TYPED, amount, unit })).toMatchObject({ unit, amount: read });
});

it.each([
  ["", "messages", "missing"],
  ["  ", "nano_usd", "missing"],
  ["many", "messages", "number"],
  ["-1", "tokens", "number"],
  ["NaN", "tokens", "number"],
  ["Infinity", "nano_usd", "number"],
  ["1.5", "messages", "whole"],
  ["9".repeat(20), "tokens", "large"],
  ["1000001", "nano_usd", "large"],
] as const)("refuses %s of %s", (amount, unit, wrong) => {
  expect(capOf({ ...TYPED, amount, unit })).toBe(wrong);
});

it("names only what it is about", () => {
  const both = { ...TYPED, connection: 3, model: 4 };
  expect(capOf(both)).toMatchObject({ connection_id: null, model_id: null });
  expect(capOf({ ...both, target: "connection" })).toMatchObject({ connection_id: 3, model_id: null });
  expect(capOf({ ...both, target: "model" })).toMatchObject({ connection_id: null, model_id: 4 });
});

it("finds what the server says of the new one's amount", () => {
  const fields = [{ field: "caps.2.amount", message: "too much" }];
  const refusal = new ApiError(422, "invalid_input", "", 0, undefined, fields);
  expect(amountRefused(refusal, 2)).toBe("too much");
  expect(amountRefused(refusal, 1)).toBeUndefined();
  expect(amountRefused(new Error(), 2)).toBeUndefined();
});
