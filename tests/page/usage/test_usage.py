"""What was used, in the settings and under a reply: tokens and money, by one's own clock."""

import asyncio
import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Locator, Page, expect
from sqlalchemy import Connection, update

from app.database import table_of
from app.models import User, utc_now
from tests.endpoints.connecting import models, patch
from tests.page.chatting import replied, say, settled
from tests.page.conftest import OpenPage, Site
from tests.page.usage.months import MODELS, TWENTY, spend
from tests.support.server import Person
from tests.usage.ledger import put, target

pytestmark = pytest.mark.anyio
DEAR = {"prompt": "1000", "completion": "1000"}
"""A tenth of a cent a token."""


async def priced(site: Site, name: str = "recite_at_once") -> Person:
    """Somebody whose model costs a tenth of a cent a token."""
    person = await site.person(name)
    [model] = [model for model in await models(person) if model["name"] == name]
    await patch(person, f"/models/{model['id']}", price=DEAR)
    return person


async def test_from_a_reply_to_its_sum(site: Site, open_page: OpenPage) -> None:
    """Titles are counted as well, and everything is in the file."""
    person = await priced(site)
    page = await open_page(person)
    await say(page, "hello")
    await replied(page, "hello")
    about = page.locator(".reply .about")
    await expect(about).to_contain_text("recite_at_once · 5 tokens · $0.01 ·")
    await page.goto("/settings/usage")
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="recite_at_once"))
    await expect(row.first).to_contain_text("$0.0")
    await expect(page.locator(".usage-sum strong")).to_have_text(
        await row.first.locator("td").last.inner_text()
    )
    async with page.expect_download() as saved:
        await page.get_by_role("button", name="Download the month as CSV").click()
    download = await saved.value
    assert download.suggested_filename == f"usage-{utc_now():%Y-%m}.csv"
    text = await asyncio.to_thread((await download.path()).read_text, "utf-8-sig")
    lines = text.splitlines()
    requests = int(await row.first.locator("td").first.inner_text())
    assert len(lines) == 1 + requests
    assert sum("recite_at_once" in line for line in lines) == requests


async def test_a_cost_that_is_not_known_is_not_nothing(site: Site, open_page: OpenPage) -> None:
    person = await site.person("recite_at_once")
    page = await open_page(person)
    await say(page, "hello")
    await replied(page, "hello")
    await expect(page.locator(".reply .about")).to_contain_text("5 tokens")
    await expect(page.locator(".reply .about")).not_to_contain_text("$")
    await page.goto("/settings/usage")
    await expect(page.locator(".usage-sum")).to_contain_text("cost not known")
    await expect(page.locator(".usage-table td").last).to_have_text("not known")
    await expect(page.get_by_role("radio", name="Cost")).to_have_count(0)
    await expect(page.locator(".usage-month")).not_to_contain_text("$0")
    await page.get_by_role("link", name="Say what a model costs").click()
    await expect(page).to_have_url(f"{site.url}/settings/models")


async def test_partly_known_and_estimated_sums_say_so(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    await spend(site, person)
    page = await open_page(person, "/settings/usage")
    total = page.locator(".usage-sum strong")
    await expect(total).to_contain_text("or more")
    await expect(total).to_contain_text("≈")
    await expect(page.locator(".usage-notes")).to_contain_text(re.compile("requests? is not known"))
    await expect(page.locator(".usage-notes")).to_contain_text("No bill.")
    free = page.get_by_role("row").filter(has_text="llama-3.3").first
    await expect(free.locator("td").last).to_have_text("not known")
    rows = page.locator(".usage-month > .usage-table").last.locator("tbody tr")
    await expect(rows).to_have_count(2)
    await expect(rows.first).to_contain_text("OpenAI")


async def test_many_models_share_a_colour(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    await spend(site, person, [*MODELS, *TWENTY])
    page = await open_page(person, "/settings/usage")
    rows = page.locator(".usage-month > .usage-table").first.locator("tbody tr")
    await expect(rows).to_have_count(6)
    others = page.get_by_role("button", name="18 other models")
    await others.press("Enter")
    await expect(others).to_have_attribute("aria-expanded", "true")
    await expect(rows).to_have_count(24)
    fills = await page.locator(".usage-plot rect[fill]").evaluate_all(
        "all => [...new Set(all.map(it => it.getAttribute('fill')))]"
    )
    assert len(fills) == 6


async def test_by_the_readers_own_midnight(site: Site, open_page: OpenPage) -> None:
    """Eight in the evening of UTC is the next day in Shanghai."""
    person = await site.person()
    me = (await person.get("/auth/me")).json()["id"]
    evening = datetime(2026, 3, 9, 20, tzinfo=UTC)
    database = site.server.app.state.services.database
    await database.write(put, me, target(me), evening)
    await database.write(aged, me, evening - timedelta(days=60))
    for zone, day in (("Asia/Shanghai", "March 10"), ("UTC", "March 9")):
        page = await open_page(person, "/settings/usage", timezone_id=zone)
        await back_to(page, "March 2026")
        await page.get_by_text("Day by day").press("Enter")
        days = page.locator("details .usage-table tbody th")
        await expect(days).to_have_text([day])
        await expect(page.locator(".usage-notes")).to_contain_text(f"midnight of {zone}")


async def test_months_since_the_account(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    page = await open_page(person, "/settings/usage")
    await expect(page.get_by_text("Begins with your first reply.")).to_be_visible()
    previous = page.get_by_role("button", name="Previous month")
    following = page.get_by_role("button", name="Next month")
    await expect(previous).to_be_disabled()
    await expect(following).to_be_disabled()
    me = (await person.get("/auth/me")).json()["id"]
    last_month = utc_now().replace(day=1) - timedelta(days=1)
    await site.server.app.state.services.database.write(aged, me, last_month)
    await page.reload()
    await previous.click()
    await expect(page.get_by_text(f"Nothing was used in {last_month:%B %Y}.")).to_be_visible()
    await expect(previous).to_be_disabled()
    await following.press("Enter")
    await expect(page.get_by_role("heading", name=f"{utc_now():%B %Y}")).to_be_visible()


async def test_days_by_arrow_keys(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    me = (await person.get("/auth/me")).json()["id"]
    today = utc_now()
    database = site.server.app.state.services.database
    await database.write(put, me, target(me), today.replace(day=1, hour=1))
    page = await open_page(person, "/settings/usage", timezone_id="UTC")
    days = page.get_by_role("slider", name="Day to look at")
    await days.focus()
    first = f"{today:%B} 1"
    await days.press("Home")
    await expect(days).to_have_attribute("aria-valuetext", f"{first}: $0.000001")
    await expect(page.locator(".usage-told")).to_contain_text(f"{first}$0.000001")
    await days.press("ArrowRight")
    await expect(page.locator(".usage-told")).to_contain_text("nothing")
    await page.keyboard.press("Tab")
    await expect(page.locator(".usage-told")).to_be_hidden()
    await expect(page.locator("summary")).to_be_focused()


async def test_days_that_are_pointed_at(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    await spend(site, person)
    page = await open_page(person, "/settings/usage", timezone_id="UTC")
    told = page.locator(".usage-told")
    await expect(told).to_be_hidden()
    await page.locator(".usage-plot").hover(position={"x": 2, "y": 100})
    await expect(told).to_contain_text(f"{utc_now():%B} 1")
    await expect(told).to_contain_text("gpt-4o")
    box = await page.locator(".usage-plot").bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + box["width"] - 2, box["y"] + 100)
    last = monthrange(utc_now().year, utc_now().month)[1]
    await expect(told).to_contain_text(f"{utc_now():%B} {last}")
    await page.locator(".usage-head").hover()
    await expect(told).to_be_hidden()


async def test_a_month_that_could_not_be_read(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    await spend(site, person)
    page = await open_page(person)
    await page.route("**/usage?*", lambda route: route.fulfill(status=500, json={}))
    await page.goto("/settings/usage")
    await expect(page.get_by_text("Something went wrong on the server.")).to_be_visible()
    await page.unroute("**/usage?*")
    await page.get_by_role("button", name="Try again").click()
    await expect(page.locator(".usage-chart")).to_be_visible()


async def test_a_zone_that_the_server_does_not_know(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    await spend(site, person)
    page = await open_page(person)
    await page.evaluate(
        """() => {
          const options = Intl.DateTimeFormat.prototype.resolvedOptions;
          Intl.DateTimeFormat.prototype.resolvedOptions = function () {
            return { ...options.call(this), timeZone: 'Moon/Tycho' };
          };
        }"""
    )
    await page.locator(".who").click()
    await page.get_by_role("menuitem", name="Settings").click()
    await page.get_by_role("link", name="Usage").click()
    await expect(page.locator(".usage-notes")).to_contain_text("midnight of UTC")


async def test_what_others_use_is_not_told(site: Site, open_page: OpenPage) -> None:
    await spend(site, await site.person())
    page = await open_page(await site.person(), "/settings/usage")
    await expect(page.get_by_text("Begins with your first reply.")).to_be_visible()


async def back_to(page: Page, month: str) -> None:
    heading: Locator = page.locator(".usage-head h3")
    while await heading.inner_text() != month:
        await page.get_by_role("button", name="Previous month").click()
    await settled(page)


def aged(connection: Connection, me: int, at: datetime) -> None:
    """Make an account older than it is."""
    user = table_of(User)
    connection.execute(update(user).where(user.c.id == me).values(created_at=at))
