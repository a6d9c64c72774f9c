"""What was used and the limits, drawn as in test_look.py; axe finds nothing."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from app.models import utc_now
from tests.endpoints.connecting import models, patch
from tests.page.conftest import OpenPage, Site
from tests.page.keys.made import key_of
from tests.page.test_look_models import LOOKS, look_whole
from tests.page.usage.months import MODELS, TWENTY, spend
from tests.support.server import Person
from tests.usage.capped import cap, operators_cap, set_caps
from tests.usage.ledger import put, target

pytestmark = pytest.mark.anyio
QUESTION = {"en-US": "How do tides work, in a word?", "zh-CN": "用一句话说，潮汐是怎么形成的？"}


def named(locale: str, scheme: str, options: dict[str, Any]) -> str:
    return f"{locale}-{scheme}-{options['viewport']['width']}"


async def spend_by_key(site: Site, person: Person) -> None:
    """What a program used, and another whose key was revoked."""
    key = await key_of(person, "Zed on the laptop")
    model = target(person.id, *MODELS[0][:2])
    for key_id in (key["id"], 2**31):
        write = site.server.app.state.services.database.write
        await write(put, person.id, model, utc_now(), key_id=key_id)


async def to(page: Page, selector: str) -> None:
    await page.locator(selector).first.evaluate("it => it.scrollIntoView({ block: 'start' })")


@pytest.mark.parametrize(("locale", "scheme", "options"), LOOKS)
async def test_a_month(
    site: Site, open_page: OpenPage, locale: str, scheme: str, options: dict[str, Any]
) -> None:
    name = named(locale, scheme, options)
    person = await site.person()
    page = await open_page(person, "/settings/usage", locale=locale, color_scheme=scheme, **options)
    await expect(page.locator(".usage-empty")).to_be_visible()
    await look_whole(page, f"usage-empty-{name}", options)
    await spend(site, person)
    await spend_by_key(site, person)
    await page.reload()
    await expect(page.locator(".usage-chart")).to_be_visible()
    await look_whole(page, f"usage-month-{name}", options)
    await to(page, ".usage-table:has(.number) >> nth=-2")
    await look_whole(page, f"usage-keys-{name}", options)
    await to(page, ".usage-head")
    await page.locator(".usage-pick").focus()
    await page.keyboard.press("ArrowLeft")
    await expect(page.locator(".usage-told")).to_be_visible()
    await look_whole(page, f"usage-told-{name}", options)
    await page.locator(".usage-sum .segments label").nth(1).click()
    await to(page, ".usage-chart")
    await look_whole(page, f"usage-tokens-{name}", options)
    await page.locator(".usage-month summary").click()
    await to(page, ".usage-month summary")
    await look_whole(page, f"usage-days-{name}", options)
    await page.route("**/usage?*", lambda route: route.abort())
    await page.reload()
    await expect(page.locator(".usage-failed")).to_be_visible()
    await look_whole(page, f"usage-failed-{name}", options)
    await page.context.close()


@pytest.mark.parametrize(("locale", "scheme", "options"), LOOKS)
async def test_twenty_models(
    site: Site, open_page: OpenPage, locale: str, scheme: str, options: dict[str, Any]
) -> None:
    name = named(locale, scheme, options)
    person = await site.person()
    await spend(site, person, [*MODELS, *TWENTY])
    page = await open_page(person, "/settings/usage", locale=locale, color_scheme=scheme, **options)
    await expect(page.locator(".usage-chart")).to_be_visible()
    await to(page, ".usage-sum")
    await look_whole(page, f"usage-twenty-{name}", options)
    await page.locator(".usage-others").click()
    await page.locator(".usage-pick").focus()
    await page.keyboard.press("Home")
    await look_whole(page, f"usage-twenty-open-{name}", options)


@pytest.mark.parametrize(("locale", "scheme", "options"), LOOKS)
async def test_limits(
    site: Site, open_page: OpenPage, locale: str, scheme: str, options: dict[str, Any]
) -> None:
    name = named(locale, scheme, options)
    person = await site.person("recite_at_once")
    conversation = await person.conversation("chat")
    for _ in range(3):
        await person.say(conversation, "one")
    shared = {"scope": "everyone", "target": "all", "unit": "nano_usd", "period": "month"}
    async with operators_cap(site.server, **shared, amount=25 * 10**9, warn_percent=80):
        monthly = {"period": "month"}
        await set_caps(person, cap(4), cap(2_000_000, "tokens", **monthly), cap(3, **monthly))
        page = await open_page(
            person, "/settings/usage", locale=locale, color_scheme=scheme, **options
        )
        await expect(page.locator(".caps li")).to_have_count(4)
        await to(page, ".settings-page .section:last-child")
        await look_whole(page, f"caps-{name}", options)
        await page.locator(".section:last-child > .button").click()
        await page.locator(".cap-form select").last.select_option("model")
        await page.locator(".cap-form select").first.select_option("nano_usd")
        await page.locator(".cap-form .primary").click()
        await expect(page.locator("[aria-invalid]")).to_be_visible()
        await to(page, ".cap-form")
        await look_whole(page, f"caps-form-{name}", options)


@pytest.mark.parametrize(("locale", "scheme", "options"), LOOKS)
async def test_a_chat_near_its_limit(
    site: Site, open_page: OpenPage, locale: str, scheme: str, options: dict[str, Any]
) -> None:
    name = named(locale, scheme, options)
    person = await site.person("recite_at_once")
    await price_all(person)
    await set_caps(person, cap(50 * 10**9, "nano_usd"), cap(5))
    conversation, said = await person.conversation(), QUESTION[locale]
    for _ in range(3):
        await person.say(conversation, said)
    page = await open_page(
        person, f"/c/{conversation}", locale=locale, color_scheme=scheme, **options
    )
    for number in (4, 5):
        await page.locator(".composer textarea").fill(said)
        await page.locator(".send").click()
        await expect(page.locator(".reply .about")).to_have_count(number)
        await expect(page.locator(".reply.last .about")).to_contain_text("$")
        if number == 4:
            await expect(page.locator(".composer-hint.near")).to_be_visible()
            await look_whole(page, f"chat-near-{name}", options)
    await page.locator(".composer textarea").fill(said)
    await page.locator(".send").click()
    await expect(page.locator(".ending.bad")).to_be_visible()
    await expect(page.locator(".ending.bad a")).to_be_visible()
    await look_whole(page, f"chat-refused-{name}", options)
    if options["viewport"]["width"] < 800:
        await page.locator(".bar .icon-button").first.click()
        await look_whole(page, f"chat-sidebar-{name}", options)


@pytest.mark.parametrize(("locale", "scheme", "options"), LOOKS)
async def test_the_price_of_a_model(
    site: Site, open_page: OpenPage, locale: str, scheme: str, options: dict[str, Any]
) -> None:
    person = await site.person("recite")
    page = await open_page(
        person, "/settings/models", locale=locale, color_scheme=scheme, **options
    )
    await page.locator(".connection-row .button").first.click()
    await page.locator(".option").first.click()
    fields = page.locator(".price input")
    await fields.first.fill("2.5")
    await page.locator(".price summary").click()
    await page.locator("form:has(.price) .primary").click()
    await expect(page.locator("[aria-invalid]")).to_be_visible()
    await to(page, ".price")
    await look_whole(page, f"price-{named(locale, scheme, options)}", options)


async def price_all(person: Person) -> None:
    for model in await models(person):
        await patch(person, f"/models/{model['id']}", price={"prompt": "150", "completion": "600"})
