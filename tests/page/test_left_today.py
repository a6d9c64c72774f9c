"""How many messages the operator's model takes today stands under one's name."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect

from tests.page.chatting import replied, say
from tests.page.conftest import PHONE, OpenPage, Site, running_site
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio


@pytest.fixture
async def capped_site(tmp_path: str) -> AsyncIterator[Site]:
    async with (
        ScriptedUpstream() as model,
        running_site(
            tmp_path,
            default_model_url=model.url,
            default_model_name="recite_at_once",
            default_api_key="sk-operator",
            default_model_daily_messages=3,
        ) as running,
    ):
        yield running


async def test_it_counts_down(capped_site: Site, open_page: OpenPage) -> None:
    person = await capped_site.server.register()
    page = await open_page(person, at=capped_site.url)
    line = page.locator(".who small")
    await expect(line).to_have_text("3 of 3 messages left today")
    await say(page, "one")
    await replied(page, "one")
    await expect(line).to_have_text("2 of 3 messages left today")
    elsewhere = await person.conversation("elsewhere")
    for text in ("two", "three"):
        await person.say(elsewhere, text)
    await say(page, "four")
    await expect(page.get_by_text("are used up")).to_be_visible()
    await expect(line).to_have_text("0 of 3 messages left today")
    await page.reload()
    await expect(line).to_have_text("0 of 3 messages left today")
    await person.set_model(capped_site.upstream.url, "echo")
    await page.reload()
    await expect(line).to_have_text("echo")


async def test_in_chinese_on_a_phone(capped_site: Site, open_page: OpenPage) -> None:
    person = await capped_site.server.register()
    page = await open_page(person, at=capped_site.url, locale="zh-CN", viewport=PHONE)
    await page.get_by_role("button", name="展开侧栏").click()
    await expect(page.locator(".who small")).to_have_text("今天还剩 3 / 3 条消息")
