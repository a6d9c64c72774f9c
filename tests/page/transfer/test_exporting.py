"""The browser saves what is one's own: everything, or one conversation whole."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from playwright.async_api import Page, expect

from tests.page.chatting import choose
from tests.page.conftest import OpenPage, Site

pytestmark = pytest.mark.anyio


async def saved[T](page: Page, ask: str, read: Callable[[Path], T]) -> tuple[str, T]:
    """What a button or an entry of a menu saves: its name, and what is read of it."""
    async with page.expect_download() as started:
        await (
            page.get_by_role("button", name=ask).or_(page.get_by_role("menuitem", name=ask)).click()
        )
    download = await started.value
    return download.suggested_filename, await asyncio.to_thread(read, await download.path())


def names_in(path: Path) -> list[str]:
    with ZipFile(path) as archive:
        assert archive.testzip() is None
        return archive.namelist()


def line_of(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


async def test_everything(site: Site, open_page: OpenPage) -> None:
    person = await site.person("recite_at_once")
    await person.say(await person.conversation("tides"), "one")
    page = await open_page(person, "/settings/data")
    name, members = await saved(page, "Export everything", names_in)
    assert name.endswith(".zip")
    assert {"manifest.json", "conversations.jsonl"} <= set(members)
    name, _ = await saved(page, "Export everything", names_in)  # by another ticket
    assert name.endswith(".zip")
    await expect(page).to_have_url(f"{site.url}/settings/data")


async def test_one_conversation_with_all_its_versions(site: Site, open_page: OpenPage) -> None:
    person = await site.person("recite_at_once")
    await person.say(await person.conversation("tides"), "one")
    page = await open_page(person)
    await choose(page, "tides", "Export")
    name, line = await saved(page, "JSON", line_of)
    assert (name, line["title"], len(line["messages"])) == ("tides.json", "tides", 2)
