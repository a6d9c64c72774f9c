"""What a reply used and cost, under it."""

import pytest
from playwright.async_api import Locator, Page, expect

from tests.endpoints.connecting import models, patch
from tests.page.chatting import say
from tests.page.conftest import OpenPage, Site

pytestmark = pytest.mark.anyio
ESTIMATE = "≈ 7 tokens · ≈ $0.02"


async def test_of_a_stopped_reply_an_estimate(site: Site, open_page: OpenPage) -> None:
    person = await site.person("stall")
    [model] = await models(person)
    await patch(person, f"/models/{model['id']}", price={"prompt": "1000", "completion": "2000"})
    page = await open_page(person, "/")
    await say(page, "What is it all about?")
    await page.get_by_role("button", name="Stop").click()
    await expect(used(page)).to_have_text(f"{ESTIMATE} · ")
    await expect(used(page)).to_have_attribute(
        "title", "An estimate, no bill: the model's server did not count this"
    )
    await page.reload()
    await expect(used(page)).to_have_text(f"{ESTIMATE} · ")


def used(page: Page) -> Locator:
    return page.locator(".reply .about > span")
