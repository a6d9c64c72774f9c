"""Where the operator offers a model, people chat at once and know with which: the real one here."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect

from app.local_model import LocalModel
from tests.page.chatting import say
from tests.page.conftest import OpenPage, Site, running_site

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
async def local_site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    model = LocalModel(lambda _: None)
    model.start()
    settings = {name.lower(): value for name, value in model.environment.items()}
    async with running_site(tmp_path_factory.mktemp("local"), **settings) as running:
        yield running
    model.stop()


async def test_a_chat_without_a_key(local_site: Site, open_page: OpenPage) -> None:
    person = await local_site.server.register()
    page = await open_page(person, at=local_site.url)
    await expect(page.locator(".who-answers")).to_contain_text(
        "You are talking to SmolLM2, a small demo model (English only)."
    )
    await say(page, "Say hello in one short sentence.")
    await expect(page.locator(".reply.last .prose")).to_contain_text("e")
    await expect(page.locator(".reply .about")).to_contain_text("SmolLM2")
