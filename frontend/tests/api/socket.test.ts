/** A conversation that has left the screen says nothing more, whatever its connection still hears. */
import { expect, it, vi } from "vitest";
import { ConversationSocket, type Owner } from "../../src/api/socket";

const GONE = 4404;
const made: FakeSocket[] = [];

class FakeSocket {
  static OPEN = 1;
  readyState = FakeSocket.OPEN;
  onclose?: (event: { code: number }) => void;
  close = vi.fn();
  constructor() {
    made.push(this);
  }
}

vi.mock("../../src/api/client", () => ({
  api: () => Promise.resolve({ ticket: "one" }),
  pause: () => new Promise(() => undefined),
}));
vi.mock("../../src/api/session", () => ({ tokenInUse: () => "token", accessToken: () => Promise.resolve("token") }));
vi.stubGlobal("WebSocket", FakeSocket);
vi.stubGlobal("location", new URL("http://localhost/"));
vi.stubGlobal("addEventListener", () => undefined);
vi.stubGlobal("removeEventListener", () => undefined);

async function connected(): Promise<{ owner: Owner; socket: ConversationSocket; wire: FakeSocket }> {
  const owner = {
    prepare: () => Promise.resolve(undefined),
    onOpen: vi.fn(),
    onEvent: vi.fn(),
    onGone: vi.fn(),
  };
  const socket = new ConversationSocket(5, owner);
  await vi.waitFor(() => expect(made.at(-1)?.onclose).toBeTruthy());
  return { owner, socket, wire: made.pop()! };
}

it("says that the conversation is gone", async () => {
  const { owner, socket, wire } = await connected();
  wire.onclose!({ code: GONE });
  await vi.waitFor(() => expect(owner.onGone).toHaveBeenCalled());
  socket.close();
});

it("does not say so to the page that came after it", async () => {
  const { owner, socket, wire } = await connected();
  socket.close();
  wire.onclose!({ code: GONE });
  await new Promise((resolve) => setTimeout(resolve));
  expect(owner.onGone).not.toHaveBeenCalled();
});
