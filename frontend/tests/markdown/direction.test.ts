/** A block runs the way its words do. */
import { expect, it } from "vitest";
import { directionOf } from "../../src/markdown/direction";

it.each([
  ["- one\n- اثنان", "ltr"],
  ["- العنصر الأول\n- React", "rtl"],
  ["1. `npm` תתקין", "rtl"],
  ["> [التفاصيل](https://example.com)", "rtl"],
  ["> https://example.com التفاصيل", "rtl"],
  ["| الاسم | Name |", "rtl"],
  ["- 中文", "ltr"],
  ["| 1 | 2 |", "ltr"],
  ["", "ltr"],
])("%s", (source, wanted) => expect(directionOf(source)).toBe(wanted));
