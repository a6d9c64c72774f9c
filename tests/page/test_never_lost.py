"""No reply is lost on the page: not by a reload, a lost connection, or a killed server."""

import asyncio
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from playwright.async_api import Route, expect

from app.errors import ServerRestarting
from tests.faults.watching import eventually
from tests.page.chatting import follow, late, replied, say, settled
from tests.page.conftest import OpenPage, Site, log_in
from tests.page.histories import fill
from tests.support.server_process import server_process
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio
TEXT = "The first half is here. The second half comes later."


async def test_a_reload_and_another_tab_show_the_same_reply(
    site: Site, open_page: OpenPage, upstream: ScriptedUpstream
) -> None:
    page = await open_page(await site.person("recite_half", upstream=upstream))
    await say(page, TEXT)
    await expect(page.locator(".reply .prose")).to_have_text(TEXT[: len(TEXT) // 2])
    other = await page.context.new_page()
    await other.goto(page.url)
    await page.reload()
    for tab in (page, other):
        await expect(tab.locator(".reply.streaming .prose")).to_have_text(TEXT[: len(TEXT) // 2])
    upstream.release()
    for tab in (page, other):
        await replied(tab, TEXT)


async def test_a_message_sent_in_one_tab_shows_in_the_other(
    site: Site, open_page: OpenPage
) -> None:
    person = await site.person()
    page = await open_page(person, f"/c/{await person.conversation('both')}")
    other = await page.context.new_page()
    await other.goto(page.url)
    await expect(other.get_by_label("Your message")).to_be_visible()
    await say(page, "seen twice")
    await replied(page, "seen twice")
    await replied(other, "seen twice")
    await expect(other.locator(".said-text")).to_have_text("seen twice")


async def test_a_version_shown_in_one_tab_is_shown_in_the_other(
    site: Site, open_page: OpenPage
) -> None:
    person = await site.person()
    page = await open_page(person, f"/c/{await person.conversation('both')}")
    await say(page, "first")
    await replied(page, "first")
    await page.get_by_role("button", name="Another reply").click()
    await expect(page.locator(".reply .versions")).to_have_text("2 / 2")
    await replied(page, "first")
    other = await page.context.new_page()
    await other.goto(page.url)
    await expect(other.locator(".reply .versions")).to_have_text("2 / 2")
    await other.get_by_label("Your message").fill("a draft")
    async with page.expect_response("**/activate"):
        await page.get_by_role("button", name="Previous version").click()
    for tab in (page, other):
        await expect(tab.locator(".reply .versions")).to_have_text("1 / 2")
    await expect(other.get_by_label("Your message")).to_have_value("a draft")
    await other.get_by_role("button", name="Next version").click()
    for tab in (page, other):
        await expect(tab.locator(".reply .versions")).to_have_text("2 / 2")


@pytest.mark.parametrize("answer", ["**/versions*", "**/activate"])
async def test_a_version_that_comes_late_stays_in_its_conversation(
    site: Site, open_page: OpenPage, answer: str
) -> None:
    person = await site.person()
    here, there = await person.conversation("here"), await person.conversation("there")
    assert (await person.say(there, "said there")).status_code == 200
    page = await open_page(person, f"/c/{here}")
    await say(page, "said here")
    await replied(page, "said here")
    await page.get_by_role("button", name="Another reply").click()
    await expect(page.locator(".reply .versions")).to_have_text("2 / 2")
    await replied(page, "said here")
    gone_on = asyncio.Event()
    await page.route(answer, late(gone_on))
    async with page.expect_request(answer):
        await page.get_by_role("button", name="Previous version").click()
    await follow(page, "there", there)
    await replied(page, "said there")
    async with page.expect_response("**/activate") as activated:
        gone_on.set()
    await (await activated.value).finished()
    await settled(page)
    await expect(page.locator(".said-text")).to_have_text("said there")
    await page.get_by_role("link", name="here", exact=True).click()
    await expect(page.locator(".reply .versions")).to_have_text("1 / 2")


async def test_of_two_quick_switches_the_newer_one_is_shown(
    site: Site, open_page: OpenPage
) -> None:
    """Whatever order their answers come in, here, in another tab, and on the server."""
    person = await site.person("echo")
    conversation = await person.conversation("here")
    reply = (await person.say(conversation, "said")).json()["reply"]
    for _ in range(2):
        path = f"/messages/{reply['id']}/regenerate"
        assert (await person.post(path)).status_code == 200
    page = await open_page(person, f"/c/{conversation}")
    other = await page.context.new_page()
    await other.goto(page.url)
    shown = [tab.locator(".reply .versions") for tab in (page, other)]
    for versions in shown:
        await expect(versions).to_have_text("3 / 3")
    former, latter = (page.get_by_role("button", name=name) for name in ("Previous", "Next"))
    gone_on, made = asyncio.Event(), asyncio.Event()
    await page.route("**/activate", late(gone_on, made), times=1)
    await former.click()
    await former.click()  # of what is not shown yet
    await made.wait()
    await expect(shown[1]).to_have_text("2 / 3")
    async with page.expect_response("**/activate"):
        gone_on.set()
    for versions in shown:
        await expect(versions).to_have_text("1 / 3")
    assert (await person.messages(conversation))[-1]["version"] == 1
    await latter.click()
    for versions in shown:
        await expect(versions).to_have_text("2 / 3")


async def test_an_edit_elsewhere_of_a_message_that_is_not_loaded(
    site: Site, open_page: OpenPage, upstream: ScriptedUpstream
) -> None:
    """The second half of the reply comes after the history was read, and before it arrives."""
    person = await site.person("recite_half", upstream=upstream)
    conversation = await person.conversation("far up")
    await site.server.app.state.services.database.write(fill, conversation, 200)
    first = (await person.messages(conversation))[-1]["id"] - 199
    page = await open_page(person)
    await follow(page, "far up", conversation)
    await expect(page.get_by_text("Message number 200.")).to_be_in_viewport()
    made, ended = asyncio.Event(), asyncio.Event()
    await page.route(f"**/conversations/{conversation}/messages?*", late(ended, made), times=1)
    async with person.socket(conversation) as other:
        await other.send(type="edit", message_id=first, content=TEXT)
        await other.until("chunk")
        await made.wait()
        upstream.release()
        await other.until("done")
    await settled(page)
    ended.set()
    await replied(page, TEXT)
    await expect(page.locator(".said-text").last).to_have_text(TEXT)


async def test_what_is_said_while_the_page_connects_is_shown(
    site: Site, open_page: OpenPage
) -> None:
    """The history was read before, and the reply has ended when the socket is open."""
    person = await site.person()
    conversation = await person.conversation("meanwhile")
    page = await open_page(person)

    async def speak_first(route: Route) -> None:
        assert (await person.say(conversation, "said meanwhile")).status_code == 200
        await route.continue_()

    await page.route("**/auth/ws-ticket", speak_first, times=1)
    await page.goto(f"/c/{conversation}")
    await replied(page, "said meanwhile")


async def test_a_lost_connection_is_told_and_made_again(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    page = await open_page(person, f"/c/{await person.conversation('offline')}")
    await say(page, "before")
    await replied(page, "before")
    await page.context.set_offline(True)
    sockets = site.server.app.state.connections.sockets
    sockets.end_sessions(sockets.sessions, ServerRestarting())
    await expect(page.get_by_text("Offline.")).to_be_visible()
    await page.context.set_offline(False)
    await expect(page.get_by_text("Offline.")).to_have_count(0)
    await say(page, "after")
    await replied(page, "after")


async def test_a_killed_server_interrupts_and_the_page_goes_on(
    open_page: OpenPage, upstream: ScriptedUpstream, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'killed.db'}"
    async with server_process(url, DATA_DIR=str(tmp_path)) as first:
        person = await first.person_with_model(upstream.url, "recite_half")
        page = await open_page(None, "/login", at=f"http://127.0.0.1:{first.port}")
        await log_in(page.context, person)
        await page.goto("/")
        await say(page, TEXT)
        await expect(page.locator(".reply .prose")).to_have_text(TEXT[: len(TEXT) // 2])
        await eventually(lambda: asyncio.to_thread(is_saved, tmp_path / "killed.db"))
        first.kill(signal.SIGKILL)
        await first.exited()
        await expect(page.get_by_text("Connection lost. Reconnecting…")).to_be_visible()
        await expect(page.locator(".reply .prose")).to_have_text(TEXT[: len(TEXT) // 2])
    async with server_process(url, PORT=str(first.port), DATA_DIR=str(tmp_path)):
        await expect(page.locator(".ending.bad")).to_contain_text("The server was stopped")
        upstream.release()
        await page.get_by_role("button", name="Continue").click()
        await expect(page.locator(".reply .prose")).to_contain_text(TEXT[: len(TEXT) // 2])
        await expect(page.get_by_role("button", name="Another reply")).to_be_enabled()
        await page.context.close()


def is_saved(database: Path) -> bool:
    """Whether the first half of the reply is in the database."""
    with closing(sqlite3.connect(database)) as connection:
        pieces = connection.execute("SELECT content FROM generation_piece").fetchall()
    return "".join(content for (content,) in pieces) == TEXT[: len(TEXT) // 2]
