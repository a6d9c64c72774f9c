"""What the model was sent, drawn as in test_look.py; axe finds nothing."""

from typing import Any

import pytest
from playwright.async_api import expect

from tests.endpoints.connecting import patch
from tests.page.conftest import OpenPage, Site
from tests.page.looks import HAND, ZOOMED, looks, name_of
from tests.page.test_look_models import look_whole
from tests.page.test_sent import LONG, ask
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio
LOOKS = looks(("en-US", "dark", ZOOMED), ("zh-CN", "light", HAND))


@pytest.mark.parametrize(("locale", "scheme", "options"), LOOKS)
async def test_what_the_model_was_sent(
    site: Site,
    open_page: OpenPage,
    upstream: ScriptedUpstream,
    locale: str,
    scheme: str,
    options: dict[str, Any],
) -> None:
    name = name_of(locale, scheme, options)
    person = await site.person("401", upstream=upstream)
    conversation = await person.conversation("asked")
    prompt = "Answer briefly, in British English. " * 20
    params = {"temperature": 0.5, "top_p": 0.9, "extra": {"top_k": 40, "min_p": 0.05}}
    await patch(person, f"/conversations/{conversation}", system_prompt=prompt, params=params)
    await person.set_model(upstream.url, "at_length")
    for number in range(4):
        await ask(person, conversation, f"{number} {LONG}")
    await person.set_model(upstream.url, "401")
    await ask(person, conversation, "and this?")
    await person.set_model(upstream.url, "at_length")
    turn = await ask(person, conversation, "go on")
    await person.post(f"/messages/{turn['reply']['id']}/continue")
    page = await open_page(
        person, f"/c/{conversation}", locale=locale, color_scheme=scheme, **options
    )
    await page.locator(".title-button").click()
    await page.locator("[role=menuitem]").nth(4).click()
    await expect(page.locator(".sent section")).to_have_count(2)
    await look_whole(page, f"sent-{name}", options)
    await page.locator(".sent summary").first.click()
    await expect(page.locator(".sent pre").first).to_be_visible()
    await look_whole(page, f"sent-open-{name}", options)
    await page.context.close()
