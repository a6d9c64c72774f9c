/** Which field of the model form a failure is about, and what is said there. */
import { expect, it, vi } from "vitest";
import { hostOf, isSameAddress, PROGRAMS, PROVIDERS, withScheme } from "../../src/features/endpoints/presets";
import { type Filled, foreseen, troubleOf } from "../../src/features/endpoints/trouble";

// What the page's preferences ask of a browser when they are loaded.
vi.hoisted(() => {
  vi.stubGlobal("navigator", { languages: ["en"] });
  vi.stubGlobal("document", { documentElement: { dataset: {} } });
  vi.stubGlobal("matchMedia", () => ({ matches: true, addEventListener: () => undefined }));
});

const filled: Filled = { url: "https://api.example.com/v1", key: "sk-1", name: "m", keyKept: false };
const openai = { ...filled, url: "https://api.openai.com/v1" };
const ollama = { ...filled, url: "http://localhost:11434/v1", key: "" };

it.each([
  ["upstream_auth_failed", filled, "key", "api.example.com refused this key"],
  ["upstream_auth_failed", { ...filled, key: "" }, "key", "wants a key"],
  ["upstream_auth_failed", { ...filled, key: "", keyKept: true }, "key", "refused the saved key"],
  ["api_key_required", filled, "key", "wants a key"],
  ["api_key_unreadable", filled, "key", "Enter it again"],
  ["upstream_model_unknown", filled, "name", "no model of this name"],
  ["upstream_rejected", filled, "name", "refused a first message"],
  ["upstream_unavailable", filled, "url", "Check the address"],
  ["upstream_unavailable", openai, undefined, "at the moment"],
  ["upstream_unavailable", ollama, undefined, "Is Ollama running?"],
  ["upstream_timeout", filled, undefined, "in time"],
  ["upstream_not_compatible", filled, "url", "no OpenAI-compatible API is at this address."],
  ["upstream_not_compatible", { ...filled, url: "https://api.example.com" }, "url", "It usually ends in /v1."],
  ["upstream_rate_limited", filled, undefined, "asks for a pause"],
  ["offline", filled, undefined, "cannot be reached"],
] as const)("says %s of %o at %s", (code, form, field, words) => {
  const trouble = troubleOf({ code }, form);
  expect(trouble.field).toBe(field);
  expect(trouble.text).toContain(words);
});

it.each([
  ["model_url", "url"],
  ["api_key", "key"],
  ["model_name", "name"],
])("says what the server says of %s at %s", (field, at) => {
  const trouble = troubleOf({ code: "invalid_input", fields: [{ field, message: "is too long" }] }, filled);
  expect(trouble).toEqual({ field: at, text: "This is too long." });
});

it("blames no address that ends as it should for its end", () => {
  for (const url of [filled.url, `${filled.url}/`, "https://api.z.ai/api/paas/v4"])
    expect(troubleOf({ code: "upstream_not_compatible" }, { ...filled, url }).text).not.toContain("/v1");
});

it.each([
  ["http://localhost:11434/v1", "localhost:11434"],
  ["http://192.168.1.20/v1", "192.168.1.20:80"],
  ["https://[::1]/v1", "[::1]:443"],
])("names the setting that lets the server call %s", (url, entry) => {
  const trouble = troubleOf({ code: "model_url_not_allowed", reason: "private_address" }, { ...filled, url });
  expect(trouble.line?.text).toBe(`ALLOWED_PRIVATE_MODEL_HOSTS=${entry}`);
});

it.each([
  ["malformed", "begins with https://"],
  ["host", "api.example.com was not found, or may not be called"],
  [undefined, "api.example.com was not found, or may not be called"],
])("says which address is meant where it is %s", (reason, words) => {
  const trouble = troubleOf({ code: "model_url_not_allowed", reason }, filled);
  expect(trouble).toMatchObject({ field: "url", text: expect.stringContaining(words) });
  expect(trouble.line).toBeUndefined();
});

it("names the address that is meant", () => {
  const suggested = "https://api.example.com/v1";
  const trouble = troubleOf(
    { code: "upstream_not_compatible", suggested },
    { ...filled, url: "https://api.example.com" },
  );
  expect(trouble).toMatchObject({ field: "url", text: expect.stringContaining(suggested), use: suggested });
});

it("has a sentence of its own for a query", () => {
  expect(troubleOf({ code: "model_url_not_allowed", reason: "query" }, filled).text).toContain("question mark");
});

it.each([
  ["api.openai.com/v1", "https://api.openai.com/v1"],
  ["api.openai.com:8443", "https://api.openai.com:8443"],
  ["localhost:11434", "http://localhost:11434"],
  ["192.168.1.5:8000/v1", "http://192.168.1.5:8000/v1"],
  ["[::1]:80", "http://[::1]:80"],
  ["https://api.openai.com", "https://api.openai.com"],
  ["ftp://host.example", "ftp://host.example"],
  ["user:pw@host.example", "user:pw@host.example"],
  ["gpt", "gpt"],
])("completes %s", (typed, whole) => {
  expect(withScheme(typed)).toBe(whole);
});

it.each([
  "https://api.example.com/v1",
  " https://api.example.com/v1/ ",
  "api.example.com/v1",
  "HTTPS://API.example.com:443/v1",
  "https://api.example.com/v1/chat/completions",
  "https://api.example.com/v1//chat//completions/?",
  "“https://api.example.com/v1/Models”",
  "https://api.example.com/v1。",
  "https://api.example.com/v1/chat",
])("takes %s for the address that is saved", (typed) => {
  expect(isSameAddress("https://api.example.com/v1", typed)).toBe(true);
});

it.each([
  "",
  "http://api.example.com/v1",
  "https://api.example.com",
  "https://api.example.com/v2",
  "https://api.example.com:8443/v1",
  "https://api.example.com.evil.example/v1",
  "https://api.example.com/v1?key=x",
  "https://api.example.com/v1/models/x",
  "https://api.example.com/api/chat",
])("takes %s for another address than the saved one", (typed) => {
  expect(isSameAddress("https://api.example.com/v1", typed)).toBe(false);
});

it("names the command that starts a program which does not answer", () => {
  expect(troubleOf({ code: "upstream_unavailable" }, ollama).line?.text).toBe("ollama serve");
});

it.each([
  [{ url: " " }, "url"],
  [{ url: "api.example.com/v1" }, "url"],
  [{ url: "https://" }, "url"],
  [{ key: "密钥" }, "key"],
  [{ name: " " }, "name"],
  [{}, undefined],
  [{ key: " sk-1\n" }, undefined],
])("foresees what is wrong with %o", (change, field) => {
  expect(foreseen({ ...filled, ...change }, true)?.field).toBe(field);
});

it("wants no model for a list of models", () => {
  expect(foreseen({ ...filled, name: "" }, false)).toBeUndefined();
});

it("knows an address and a place for keys of every provider, over https", () => {
  const places = PROVIDERS.flatMap(({ places }) => [...places.en, ...places["zh-CN"]]);
  for (const { url, keys } of places)
    for (const address of [url, keys]) expect(new URL(address).protocol).toBe("https:");
  for (const { url, host } of PROGRAMS) expect(hostOf(url)).toBe(host);
});
