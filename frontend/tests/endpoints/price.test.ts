import { expect, it } from "vitest";
import { ApiError } from "../../src/api/http";
import { priceOf, typedPrice, wrongPriceBy } from "../../src/features/endpoints/price";

it.each([
  ["2.5", "2.5"],
  ["2,5", "2.5"],
  [".10", "0.10"],
  ["0", "0"],
  ["$15", "15"],
  ["007", "7"],
  ["3.", "3"],
])("reads %s", (typed, read) => {
  expect(priceOf({ prompt: typed, completion: "1" })).toEqual({ price: { prompt: read, completion: "1" }, wrong: {} });
});

it.each(["-1", "1e3", "NaN", "1,000.5", "0.0000000001", ".", "many", "123456", "10000.01"])("refuses %s", (typed) => {
  expect(priceOf({ prompt: typed, completion: "1" }).wrong).toEqual({ prompt: "number" });
});

it("wants both, or nothing", () => {
  expect(priceOf({})).toEqual({ price: null, wrong: {} });
  expect(priceOf({ prompt: " ", cached: "" })).toEqual({ price: null, wrong: {} });
  expect(priceOf({ prompt: "1" }).wrong).toEqual({ completion: "missing" });
  expect(priceOf({ cached: "1" }).wrong).toEqual({ prompt: "missing", completion: "missing" });
});

it("shows what was saved", () => {
  expect(typedPrice(null)).toEqual({});
  expect(typedPrice({ prompt: "1", completion: "0", cached: null })).toEqual({ prompt: "1", completion: "0" });
});

it("finds the field that a refusal means", () => {
  const refusal = (field: string) =>
    new ApiError(422, "invalid_input", "", 0, undefined, [{ field, message: "too much" }]);
  expect(wrongPriceBy(refusal("price.cached"))).toEqual({ cached: { told: "too much" } });
  expect(wrongPriceBy(refusal("label"))).toBeUndefined();
  expect(wrongPriceBy(new Error())).toBeUndefined();
});
