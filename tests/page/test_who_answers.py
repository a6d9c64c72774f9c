"""Which model answers is said under the greeting and in the composer, and the operator's can be
chosen again."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.page.chatting import replied, say
from tests.page.conftest import OpenPage, Site, running_site
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio
OPERATORS = "recite_at_once"


@pytest.fixture
async def offering(tmp_path: Path, upstream: ScriptedUpstream) -> AsyncIterator[Site]:
    """A site whose operator offers a model."""
    operator = {
        "default_model_url": upstream.url,
        "default_model_name": OPERATORS,
        "default_api_key": "sk-operator",
    }
    async with running_site(tmp_path, **operator) as site:
        yield site


@pytest.mark.parametrize(
    ("locale", "operators", "own"),
    [
        (
            "en-US",
            f"You are talking to {OPERATORS}, this server's model. Connect your own",
            "echo at 127.0.0.1 answers.",
        ),
        (
            "zh-CN",
            f"正在与你对话的是本站模型 {OPERATORS}。 接入自己的模型",
            "由 127.0.0.1 的 echo 回复。",
        ),
    ],
)
async def test_it_is_said(
    offering: Site, open_page: OpenPage, locale: str, operators: str, own: str
) -> None:
    person = await offering.server.register()
    page = await open_page(person, at=offering.url, locale=locale)
    who, button = page.locator(".who-answers"), page.locator(".model-button")
    await expect(who).to_contain_text(operators)
    await expect(button).to_have_text(OPERATORS)
    await person.set_model(offering.upstream.url, "echo")
    await page.reload()
    await expect(who).to_have_text(own)
    await expect(button).to_have_text("echo")


async def test_from_a_model_of_ones_own_back_to_the_operators(
    offering: Site, open_page: OpenPage, upstream: ScriptedUpstream
) -> None:
    person = await offering.server.register()
    await person.set_model(offering.upstream.url, "echo")
    page = await open_page(person, at=offering.url)
    await expect(page.get_by_role("button", name="Model: echo")).to_be_visible()
    await page.keyboard.press("Control+/")
    await expect(page.locator(".group-name")).to_contain_text(["This server's model"])
    await page.get_by_role("option", name=OPERATORS, exact=True).click()
    await expect(page.locator(".who-answers")).to_contain_text("this server's model")
    await say(page, "who is there")
    await replied(page, "who is there")
    assert [request.headers["authorization"] for request in upstream.replies] == [
        "Bearer sk-operator"
    ]
