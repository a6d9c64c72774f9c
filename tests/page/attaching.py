"""What tests of files do again and again: choose, paste and drop them, hold them on their way."""

import asyncio
import base64
from collections.abc import Awaitable, Callable

from playwright.async_api import FilePayload, Locator, Page, Route, expect

UPLOADS = "**/attachments?*"
GIVE = """([place, event, files, text]) => {
  const data = new DataTransfer();
  if (text) data.setData('text/plain', text);
  for (const [name, type, content] of files) {
    const bytes = Uint8Array.from(atob(content), letter => letter.charCodeAt(0));
    data.items.add(new File([bytes], name, { type }));
  }
  const at = document.querySelector(place);
  const options = { bubbles: true, cancelable: true };
  const made = event === 'paste'
    ? new ClipboardEvent(event, { ...options, clipboardData: data })
    : new DragEvent(event, { ...options, dataTransfer: data });
  return !at.dispatchEvent(made);
}"""

type Given = tuple[str, str, bytes]
"""A file's name, what the browser takes it for, and its bytes."""


async def add_files(page: Page, *files: Given) -> None:
    """To the next message, by pasting them."""
    await expect(page.locator(".composer .add-button")).to_be_visible()
    assert await give(page, "paste", ".composer textarea", *files)


def payload(file: Given) -> FilePayload:
    """As the browser's driver takes it."""
    name, type, content = file
    return {"name": name, "mimeType": type, "buffer": content}


async def give(page: Page, event: str, place: str, *files: Given, text: str = "") -> bool:
    """Paste, drag or drop these there; whether the page kept it from the browser."""
    packed = [[name, type, base64.b64encode(content).decode()] for name, type, content in files]
    kept: bool = await page.evaluate(GIVE, [place, event, packed, text])
    return kept


def cards(page: Page) -> Locator:
    """Of the files that go with the next message."""
    return page.locator(".composer .file")


async def uploaded(page: Page, count: int = 1) -> None:
    """Wait until so many are at the server, and none is on its way."""
    await expect(cards(page)).to_have_count(count)
    await expect(page.locator(".composer button.file-card")).to_have_count(count)


class Gate:
    """Uploads go no further than here until it is opened; each is counted as it comes."""

    def __init__(self) -> None:
        self.opened = asyncio.Event()
        self.keys: list[str] = []
        self.answer: Callable[[Route], Awaitable[None]] | None = None

    async def __call__(self, route: Route) -> None:
        self.keys.append(route.request.headers["idempotency-key"])
        if self.answer is not None:
            return await self.answer(route)
        await self.opened.wait()
        await route.continue_()


async def gated(page: Page) -> Gate:
    """From now on."""
    gate = Gate()
    await page.route(UPLOADS, gate)
    return gate
