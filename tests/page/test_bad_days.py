"""What goes wrong is told in a sentence, next to where it happened, with what to do about it."""

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.page.chatting import replied, say
from tests.page.conftest import OpenPage, Site, running_site
from tests.page.held import hold, let_go, refuse

pytestmark = pytest.mark.anyio


FAILURES = (
    ("401", "refused the API key", "Open model settings"),
    ("404", "no model of this name", "Open model settings"),
    ("429", "asks for a pause", "Try again"),
    ("too_long", "too long for the model", "Try again"),
    ("cut", "What was said is kept", "Continue"),
    ("no_credit", "no credit left", "Open model settings"),
    ("not_in_this_region", "does not serve the country", "Open model settings"),
    ("empty", "without an answer", "Try again"),
)


async def test_failures_of_the_model(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    page = await open_page(person)
    for model, says, offers in FAILURES:
        await person.set_model(site.upstream.url, model)
        await page.goto("/")
        await say(page, "hello")
        ending = page.locator(".reply .ending.bad")
        await expect(ending, model).to_contain_text(says)
        await expect(ending.locator("a, button").filter(has_text=offers)).to_be_visible()
        await expect(page.locator(".unseen[aria-live]")).to_contain_text(says)


@pytest.mark.parametrize(
    ("model", "says", "alone"),
    [
        ("filtered", "content filter of the model's server cut", "Put it another way"),
        ("calls_tool", "wanted to use a tool", "answer without tools"),
    ],
)
async def test_ends_that_the_model_did_not_choose(
    site: Site, open_page: OpenPage, model: str, says: str, alone: str
) -> None:
    page = await open_page(await site.person(model))
    await say(page, "something")
    ending = page.locator(".reply.last .ending")
    await expect(ending).to_contain_text(says)
    await expect(page.locator(".unseen[aria-live]")).to_contain_text(says)
    await expect(ending.locator("button")).to_have_count(0)
    await say(page, "nothing")
    await expect(page.locator(".reply.last .ending.bad")).to_contain_text(alone)
    await expect(page.get_by_role("button", name="Try again")).to_be_visible()


async def test_too_many_messages_are_sent_later_by_themselves(
    site: Site, open_page: OpenPage
) -> None:
    person = await site.person()
    page = await open_page(person, f"/c/{await person.conversation('busy')}")
    await expect(page.get_by_label("Your message")).to_be_visible()
    await page.clock.install()
    await hold(page)
    await say(page, "in a while")
    await expect(page.locator(".said-text")).to_have_text("in a while")
    await refuse(page, "too_many_replies")
    await expect(page.get_by_text(re.compile(r"sent automatically in \d s\."))).to_be_visible()
    await let_go(page)
    await page.clock.fast_forward(6_000)
    await replied(page, "in a while")


async def test_a_spent_budget_is_waited_for_as_long_as_the_server_says(
    open_page: OpenPage, tmp_path: Path
) -> None:
    async with running_site(tmp_path, rate_limit_per_minute=40) as site:
        person = await site.person()
        path = f"/c/{await person.conversation('spent')}"
        page = await open_page(person, path, at=site.url)
        await say(page, "before")
        await replied(page, "before")
        spent = 0
        while spent != 429:
            spent = (await person.get("/auth/me")).status_code
        await page.clock.install()
        await say(page, "in a while")
        told = page.get_by_text(re.compile(r"sent automatically in \d+ s\."))
        await expect(told).to_be_visible()
        seconds = int(re.findall(r"\d+", await told.inner_text())[0])
        assert 0 < seconds <= 61
        await page.clock.fast_forward(2_000)
        await expect(page.get_by_text(f"in {max(1, seconds - 2)} s.")).to_be_visible()
        budget = site.server.app.state.rate_limits._budgets["all"]
        budget.forget(f"user:{person.id}")  # the minute is over
        await page.clock.fast_forward(seconds * 1000)
        await replied(page, "in a while")
        await page.context.close()


async def test_a_budget_spent_on_looking_around_is_told(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    path = f"/c/{await person.conversation('one too many')}"
    page = await open_page(person, "/settings")
    spent = '{"detail": "m", "code": "rate_limited", "request_id": "r"}'
    await page.route(
        "**/messages?*",
        lambda route: route.fulfill(status=429, body=spent, headers={"Retry-After": "40"}),
    )
    await page.goto(path)
    await expect(page.get_by_text("Connection lost. Reconnecting…")).to_be_visible()


async def test_a_message_that_is_too_long_is_told_before_it_is_sent(
    site: Site, open_page: OpenPage
) -> None:
    page = await open_page(await site.person())
    await page.get_by_label("Your message").fill("x" * 100_001)
    await expect(page.get_by_text("100,001 of 100,000 characters")).to_be_visible()
    await expect(page.get_by_role("button", name="Send")).to_be_disabled()


async def test_a_server_that_is_away_while_the_page_opens(site: Site, open_page: OpenPage) -> None:
    page = await open_page(await site.person(), "/settings")
    await page.route("**/auth/refresh", lambda route: route.abort())
    await page.goto("/")
    await expect(page.locator(".thread-skeleton")).to_be_visible()
    await page.unroute("**/auth/refresh")
    await expect(page.locator(".openings button")).to_have_count(4)
