"""Times in a thread are those of the reader's clock, calendar and language."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect
from sqlalchemy import Connection, select, update

from app.models import Message
from tests.page.conftest import OpenPage, Site
from tests.page.test_scrolling import long_conversation

pytestmark = pytest.mark.anyio
NEW_YEAR = datetime(2024, 1, 1, 17, 30, tzinfo=UTC)
"""In Shanghai the second has begun."""


def say_on(connection: Connection, conversation_id: int, day: datetime) -> None:
    """The first half of a conversation was said then."""
    here = select(Message.id).where(Message.conversation_id == conversation_id)
    for id in sorted(connection.execute(here).scalars())[:20]:
        connection.execute(update(Message).where(Message.id == id).values(timestamp=day))


@pytest.mark.parametrize(
    ("locale", "day", "time", "yesterday", "today"),
    [
        ("en-US", "January 2, 2024", "1:30 AM", "Yesterday", "Today"),
        ("zh-CN", "2024年1月2日", "01:30", "昨天", "今天"),
    ],
)
async def test_days_and_times(
    site: Site, open_page: OpenPage, locale: str, day: str, time: str, yesterday: str, today: str
) -> None:
    person = await site.person()
    path = await long_conversation(person, site)
    write = site.server.app.state.services.database.write
    await write(say_on, int(path[3:]), NEW_YEAR)
    page = await open_page(person, path, locale=locale, timezone_id="Asia/Shanghai")
    days = page.locator(".day")
    first = page.locator("article").first
    await expect(page.locator("article").last).to_be_in_viewport()
    while "Message number 1." not in await first.inner_text():  # older ones come as they are needed
        await page.locator(".thread").evaluate("box => { box.scrollTop = 0; }")
        await page.wait_for_timeout(50)
    await expect(days).to_have_text([day, today])
    await expect(first.locator("time")).to_have_text(time)
    assert "2024-01-01T17:30" in (await first.locator("time").get_attribute("datetime") or "")
    await first.hover()
    await expect(first.locator(".about")).to_have_css("opacity", "1")
    await write(say_on, int(path[3:]), datetime.now(UTC) - timedelta(days=1))
    await page.reload()
    await expect(days).to_have_text([yesterday, today])
