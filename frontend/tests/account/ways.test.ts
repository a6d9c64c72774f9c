import { expect, it, vi } from "vitest";
import { suggestedName } from "../../src/features/account/device";
import { problemText } from "../../src/features/account/problemTexts";

// What the page's preferences ask of a browser when they are loaded.
vi.hoisted(() => {
  vi.stubGlobal("navigator", { languages: ["en"] });
  vi.stubGlobal("document", { documentElement: { dataset: {} } });
  vi.stubGlobal("matchMedia", () => ({ matches: true, addEventListener: () => undefined }));
});

const CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36";

it("suggests for a passkey where it is made, by a number where that is taken", () => {
  expect(suggestedName(CHROME, [])).toBe("Chrome · Linux");
  expect(suggestedName(CHROME, ["Chrome · Linux", "Chrome · Linux 2"])).toBe("Chrome · Linux 3");
  expect(suggestedName("x".repeat(500), []).length).toBeLessThan(80);
});

it("tells of a provider's login what it knows, and nothing that stands in an address", () => {
  expect(problemText("not_allowed")).toMatch(/may not use this server/);
  for (const code of ["constructor", "toString", "", "<b>hello</b>"])
    expect(problemText(code)).toBe(problemText("other"));
});
