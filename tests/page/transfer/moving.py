"""What tests of moving in do again and again: choose a file, look at what the server has of it."""

from pathlib import Path
from typing import Any

from playwright.async_api import FilePayload, Locator, Page, expect

from tests.support.server import Person

FIXTURES = Path(__file__).parents[2] / "transfer" / "exports"


async def open_data(page: Page) -> None:
    """The page of the settings that imports are on, once it knows of them."""
    await page.goto("/settings/data")
    await expect(page.locator(".drop-box, .import-card")).to_be_visible()


async def choose_file(page: Page, file: FilePayload, by: Locator | None = None) -> None:
    """In the browser's own way."""
    button = by or page.get_by_role("button", name="choose a file")
    async with page.expect_file_chooser() as asked:
        await button.click()
    await (await asked.value).set_files(file)


def payload(name: str, content: bytes) -> FilePayload:
    """As the browser's driver takes it."""
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


async def imports_of(person: Person) -> list[dict[str, Any]]:
    """As the server has them, the newest first."""
    found: list[dict[str, Any]] = (await person.get("/imports")).json()["imports"]
    return found


async def arrived(person: Person) -> int:
    """How many bytes of the newest import's file the server has."""
    [newest, *_] = await imports_of(person)
    answer = await person.request("HEAD", f"/imports/{newest['id']}")
    return int(answer.headers["upload-offset"])
