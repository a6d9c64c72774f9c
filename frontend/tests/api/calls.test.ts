/** A call goes where its name says, with what it takes; what the server's document has not is no TypeScript. */
import { expect, it, vi } from "vitest";
import { send } from "../../src/api/http";

const asked = vi.fn((..._: [string, RequestInit]) => Promise.resolve(new Response(null, { status: 204 })));
vi.stubGlobal("fetch", asked);
vi.stubGlobal("document", { documentElement: { lang: "en" } });
const request = () => {
  const [address, { method, body }] = asked.mock.lastCall!;
  return [method, address, body];
};

it("fills the names in, and puts the rest into the query", async () => {
  await send("GET /messages/{id}/versions", { params: { id: 5, before_id: 3 } });
  expect(request()).toEqual(["GET", "/messages/5/versions?before_id=3", undefined]);
});

it("leaves out what has no value", async () => {
  await send("GET /conversations", { params: { limit: 40, before: undefined } });
  expect(request()).toEqual(["GET", "/conversations?limit=40", undefined]);
  await send("GET /conversations");
  expect(request()).toEqual(["GET", "/conversations", undefined]);
});

it("writes what stands in an address so that it says nothing else", async () => {
  await send("GET /conversations", { params: { before: "a&b=+" } });
  expect(request()[1]).toBe("/conversations?before=a%26b%3D%2B");
});

it("sends a body", async () => {
  await send("PATCH /conversations/{id}", { params: { id: 5 }, body: { title: "new" } });
  expect(request()).toEqual(["PATCH", "/conversations/5", '{"title":"new"}']);
});

/** Never run: whatever TypeScript no longer refuses here fails `tsc`. */
export function refused(): void {
  // @ts-expect-error: there is no such call
  void send("GET /conversation");
  // @ts-expect-error: nor by this method
  void send("PUT /auth/login", { body: { username_or_email: "a", password: "b" } });
  // @ts-expect-error: a name in the path is wanted
  void send("DELETE /conversations/{id}");
  // @ts-expect-error: it is a number
  void send("DELETE /conversations/{id}", { params: { id: null } });
  // @ts-expect-error: the query has another name
  void send("GET /conversations", { params: { most: 5 } });
  // @ts-expect-error: a body is wanted
  void send("POST /auth/login");
  // @ts-expect-error: and all of it
  void send("POST /auth/login", { body: { password: "b" } });
  // @ts-expect-error: this call takes none
  void send("POST /auth/logout", { body: {} });
  // @ts-expect-error: the answer has no such field
  void send("GET /auth/me").then(({ name }) => name);
}
