import { expect, it } from "vitest";
import { example } from "../../src/features/keys/examples";

const access = { url: "https://chat.test/v1", key: "cbk_x", model: `it's "best"/m` };

it("writes a name into Python as one string", () => {
  expect(example("python", access)).toContain(String.raw`create(model="it's \"best\"/m", messages=`);
});

it("writes a name into a shell as a part of one word", () => {
  expect(example("curl", access)).toContain(String.raw`-d '{"model": "it'\''s \"best\"/m", "messages"`);
});
