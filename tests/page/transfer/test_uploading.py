"""A file of conversations comes to the server whole, whatever becomes of connection and tab."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from playwright.async_api import Page, Route, expect

from tests.faults.watching import eventually
from tests.page.attaching import cards, give
from tests.page.conftest import OpenPage, Site, running_site
from tests.page.transfer.moving import arrived, choose_file, imports_of, open_data, payload
from tests.support.server import Person
from tests.transfer.imported import put

pytestmark = pytest.mark.anyio
IMPORTS = "**/imports?name=*"
GOING_ON = "**/imports/*"
PART = 64 * 1024 * 1024
"""What goes in one request."""
YEARS = payload("years.json", b" " * 10 * 1024)
DROP = """size => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array(size)], 'years.json'));
  const event = new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data });
  document.querySelector('.imports').dispatchEvent(event);
}"""


@pytest.fixture(scope="module")
async def small_site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """A site that takes small files alone."""
    async with running_site(tmp_path_factory.mktemp("small"), imports_max_bytes=1024) as site:
        yield site


async def has_all(person: Person) -> bool:
    return any(one["status"] != "uploading" for one in await imports_of(person))


async def test_a_file_is_dropped_anywhere_on_the_settings(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    page = await open_page(person)
    await open_data(page)
    file = ("chats.json", "application/json", b"[]")
    assert await give(page, "dragover", ".settings-list", file)
    await expect(page.locator(".drop-box.over")).to_be_visible()
    assert await give(page, "drop", ".settings-list", file)
    await eventually(lambda: has_all(person))
    await expect(page.locator(".imports .import-card, .import-row")).to_contain_text("chats.json")
    assert [one["name"] for one in await imports_of(person)] == ["chats.json"]
    await page.keyboard.press("Escape")
    await expect(cards(page)).to_have_count(0)


async def test_several_at_once_are_not_taken(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    page = await open_page(person)
    await open_data(page)
    await give(page, "drop", ".drop-box", ("a.json", "", b"[]"), ("b.json", "", b"[]"))
    await expect(page.get_by_text("One file at a time.")).to_be_visible()
    assert await imports_of(person) == []


async def test_a_lost_connection_is_waited_for(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    page = await open_page(person)
    await open_data(page)
    lost: list[str] = []

    async def lose(route: Route) -> None:
        method = route.request.method
        if method == "GET" or method in lost:
            return await route.continue_()
        lost.append(method)
        await route.abort()

    # The second beginning is cut off in its middle, so that there is a rest to be sent.
    await page.route(IMPORTS, cut_off(person))
    await page.route(IMPORTS, lose, times=1)
    await page.route(GOING_ON, lose)
    await choose_file(page, YEARS)
    await expect(page.locator(".import-card .fact")).to_contain_text("Waiting for the server.")
    await eventually(lambda: has_all(person))
    assert await arrived(person) == len(YEARS["buffer"])
    assert {"PUT", "PATCH"} <= set(lost)


async def test_a_large_file_goes_in_parts(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    page = await open_page(person)
    await open_data(page)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    await page.evaluate(DROP, PART + 1)
    await eventually(lambda: has_all(person))
    assert await arrived(person) == PART + 1
    assert [method for method in sent if method in ("PUT", "PATCH")] == ["PUT", "PATCH"]


async def test_an_answer_that_is_lost_begins_no_second_import(
    site: Site, open_page: OpenPage
) -> None:
    person = await site.person()
    page = await open_page(person)
    await open_data(page)

    async def lose_answer(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await page.route(IMPORTS, lose_answer)
    async with page.expect_response(lambda answer: answer.url.endswith("?limit=1")):
        await choose_file(page, payload("chats.json", b"[]"))
    await expect(page.locator(".imports .import-card, .import-row")).to_contain_text("chats.json")
    assert len(await imports_of(person)) == 1


async def test_after_a_reload_the_same_file_goes_on(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    page = await open_page(person)
    await broken_off(page, person)
    await page.goto("/")
    notice = page.locator(".toast", has_text="“years.json” was broken off")
    await notice.get_by_role("button", name="Show").click()
    await expect(page.get_by_text("5 kB of 10 kB have arrived")).to_be_visible()
    choose = page.get_by_role("button", name="Choose the file")
    await choose_file(page, payload("another.json", b"[]"), choose)
    await expect(page.get_by_text("This is another file.")).to_be_visible()
    await choose_file(page, YEARS, choose)
    await eventually(lambda: has_all(person))
    assert await arrived(person) == len(YEARS["buffer"])
    await expect(page.get_by_text("This is another file.")).to_have_count(0)


async def test_what_waits_for_its_file_can_be_cancelled(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    page = await open_page(person)
    await broken_off(page, person)
    await open_data(page)
    await page.get_by_role("button", name="Cancel the import of years.json").click()
    await expect(page.locator(".import-row")).to_contain_text("cancelled")
    await expect(page.locator(".drop-box")).to_be_visible()
    await page.goto("/")
    await expect(page.locator(".composer textarea")).to_be_focused()
    assert await page.evaluate("localStorage.getItem('open:import')") is None


async def test_what_is_on_its_way_can_be_cancelled(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    page = await open_page(person)
    await open_data(page)
    held = asyncio.Event()

    async def hold(route: Route) -> None:
        await held.wait()
        await route.continue_()

    await page.route(IMPORTS, hold)
    await choose_file(page, payload("chats.json", b"[]"))
    await page.get_by_role("button", name="Cancel the import of chats.json").click()
    await expect(page.locator(".drop-box")).to_be_visible()
    held.set()
    assert await imports_of(person) == []


async def test_a_file_that_is_too_large_is_not_sent(small_site: Site, open_page: OpenPage) -> None:
    person = await small_site.person()
    page = await open_page(person, "/settings/data", at=small_site.url)
    await choose_file(page, payload("chats.json", b" " * 1025))
    await expect(page.get_by_text("This file is too large")).to_contain_text("up to 1 kB")
    assert await imports_of(person) == []


async def broken_off(page: Page, person: Person) -> None:
    """Send the first part of a file, and close the page."""
    await open_data(page)
    await page.route(IMPORTS, cut_off(person))
    await page.route(GOING_ON, lambda route: route.abort())
    await choose_file(page, YEARS)
    await expect(page.locator(".import-card .fact")).to_contain_text("Waiting for the server.")
    await page.goto("about:blank")
    await page.unroute_all()


def cut_off(person: Person) -> Callable[[Route], Awaitable[None]]:
    """A route on which half of a file arrives, and then the connection is lost."""

    async def answer(route: Route) -> None:
        body = YEARS["buffer"]
        whole = {"Upload-Length": f"{len(body)}"}
        await put(person, body[: len(body) // 2], YEARS["name"], **whole)
        await route.abort()

    return answer
