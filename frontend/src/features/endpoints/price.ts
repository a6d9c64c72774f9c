/** What a person types for the price of a model, and the price that it means. */
import { ApiError } from "../../api/http";
import type { Price, PriceRead } from "../../api/types";

export const PRICES = ["prompt", "completion", "cached", "cache_write", "reasoning"] as const;
export type PriceName = (typeof PRICES)[number];
export type TypedPrice = Partial<Record<PriceName, string>>;
const MOST = 10_000;

/** What is wrong where: no price, one of two, or in the server's words. */
export type WrongPrice = Partial<Record<PriceName, "number" | "missing" | { told: string }>>;

/** The digits before the point, and at most nine behind it; some write a comma. */
const DECIMAL = /^(\d{0,5})(?:[.,](\d{1,9})?)?$/;

export function typedPrice(price: PriceRead | null): TypedPrice {
  return Object.fromEntries(PRICES.flatMap((name) => (price?.[name] ? [[name, price[name]]] : [])));
}

/** Null where nothing is typed. Who sends and who answers cost something each: both are wanted. */
export function priceOf(typed: TypedPrice): { price: Price | null; wrong: WrongPrice } {
  const wrong: WrongPrice = {};
  const found: Partial<Record<PriceName, string>> = {};
  for (const name of PRICES) {
    const words = typed[name]?.trim().replace(/^\$\s*/, "");
    if (!words) continue;
    const [, whole, rest] = DECIMAL.exec(words) ?? [];
    if ((whole || rest) && Number(`${whole || 0}.${rest || 0}`) <= MOST)
      found[name] = `${Number(whole || 0)}${rest ? `.${rest}` : ""}`;
    else wrong[name] = "number";
  }
  const isGiven = Object.keys(found).length + Object.keys(wrong).length > 0;
  if (!isGiven) return { price: null, wrong };
  for (const name of ["prompt", "completion"] as const) if (!found[name]) wrong[name] ??= "missing";
  return { price: found as Price, wrong };
}

/** Which of them a refusal means; undefined where it means something else. */
export function wrongPriceBy(error: unknown): WrongPrice | undefined {
  if (!(error instanceof ApiError)) return undefined;
  const wrong: WrongPrice = {};
  for (const { field, message } of error.fields) {
    const [first, name] = field.split(".");
    if (first === "price" && PRICES.includes(name as PriceName)) wrong[name as PriceName] = { told: message };
  }
  return Object.keys(wrong).length ? wrong : undefined;
}
