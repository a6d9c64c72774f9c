/** Colours of a growing code cost a bounded share of the time, however long it is. */
import { expect, it, vi } from "vitest";
import { type Coloured, colour } from "../../src/markdown/colours";

const FRAME = 16;
const COST = 1 / 1000; // milliseconds for a character

function clock() {
  let time = 0;
  let spent = 0;
  vi.spyOn(performance, "now").mockImplementation(() => time);
  const highlight = vi.fn((code: string) => {
    time += code.length * COST;
    spent += code.length * COST;
    return `<b>${code}</b>`;
  });
  return { highlight, pass: (ms: number) => (time += ms), share: () => spent / time };
}

it("are made again only after a multiple of the time they took", () => {
  const { highlight, pass, share } = clock();
  let shown: Coloured | undefined;
  let code = "";
  for (let frame = 0; frame < 2000; frame++) {
    code += "let number = 1;\n";
    shown = colour(shown, code, "js", highlight);
    expect(code.startsWith(shown.code)).toBe(true);
    pass(FRAME);
  }
  expect(share()).toBeLessThan(0.1);
  expect(highlight.mock.calls.length).toBeGreaterThan(50);
  pass(shown!.due);
  expect(colour(shown, code, "js", highlight)).toMatchObject({ code, html: `<b>${code}</b>` });
});

it("are not made again for the same code, but at once for another", () => {
  const { highlight } = clock();
  const shown = colour(undefined, "let a = 1;", "js", highlight);
  expect(colour(shown, "let a = 1;", "js", highlight)).toBe(shown);
  expect(colour(shown, "let b", "js", highlight).html).toBe("<b>let b</b>");
  expect(colour(shown, "let a = 1;", "ts", highlight).language).toBe("ts");
});
