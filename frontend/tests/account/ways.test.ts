import { expect, it } from "vitest";
import { suggestedName } from "../../src/features/account/device";

const CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36";

it("suggests for a passkey where it is made, by a number where that is taken", () => {
  expect(suggestedName(CHROME, [])).toBe("Chrome · Linux");
  expect(suggestedName(CHROME, ["Chrome · Linux", "Chrome · Linux 2"])).toBe("Chrome · Linux 3");
  expect(suggestedName("x".repeat(500), []).length).toBeLessThan(80);
});
