"""Requests for replies that do not reach the server until the test lets them, or refuses them."""

from playwright.async_api import Page

from tests.faults.watching import eventually

HOLD = """() => {
  const send = WebSocket.prototype.send;
  const held = [];
  WebSocket.prototype.send = function (frame) {
    const { type, client_id } = JSON.parse(frame);
    if (client_id === undefined) send.call(this, frame);
    else held.push({ socket: this, frame, client_id });
  };
  window.isHeld = () => held.length > 0;
  window.letGo = () => {
    WebSocket.prototype.send = send;
    const open = held.splice(0).filter(({ socket }) => socket.readyState === WebSocket.OPEN);
    open.forEach(({ socket, frame }) => socket.send(frame));
  };
  window.refuse = refusal => held.splice(0).forEach(({ socket, client_id }) => {
    const data = JSON.stringify({ type: "error", message: "", client_id, ...refusal });
    socket.dispatchEvent(new MessageEvent("message", { data }));
  });
}"""


async def hold(page: Page) -> None:
    """From now on what the page asks for stays in the browser."""
    await page.evaluate(HOLD)


async def let_go(page: Page) -> None:
    """Send what was held, and hold no more."""
    await page.evaluate("window.letGo()")


async def refuse(page: Page, code: str, **details: int) -> None:
    """Answer what is held as a server would that refuses it; it may be on its way to the socket."""

    async def is_held() -> bool:
        return bool(await page.evaluate("window.isHeld()"))

    await eventually(is_held)
    await page.evaluate("refusal => window.refuse(refusal)", {"code": code, **details})
