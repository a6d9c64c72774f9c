"""Limits: set and removed in the settings, told quietly before they are reached, and after."""

import asyncio
import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.endpoints.connecting import connect
from tests.page.chatting import late, replied, say
from tests.page.conftest import PHONE, OpenPage, Site
from tests.support.upstream import ScriptedUpstream
from tests.usage.capped import cap, caps_of, operators_cap, set_caps

pytestmark = pytest.mark.anyio
NONE = "You have set none, and neither has the operator."
USED_UP = re.compile(r"^The limit of 5 messages a day is used up · begins anew at \d")
REFUSED = re.compile(r"A limit that you have set is reached\. It begins anew at \d+:\d\d")
CLOCK = re.compile(r"begins anew (at|on .* at) \d+:\d\d")


async def test_added_and_removed_by_keyboard(site: Site, open_page: OpenPage) -> None:
    person = await site.person("recite")
    page = await open_page(person, "/settings/usage")
    await expect(page.get_by_text(NONE)).to_be_visible()
    await page.get_by_role("button", name="Add a limit").press("Enter")
    await expect(page.get_by_label("At most")).to_be_focused()
    await page.keyboard.type("1,500")
    await page.keyboard.press("Tab")
    await page.keyboard.type("Tok")  # of the list of units
    await page.keyboard.press("Tab")
    await page.keyboard.press("ArrowRight")  # a month
    await page.keyboard.press("Enter")
    row = rows(page).first
    await expect(row).to_contain_text("1,500 tokens a month")
    await expect(row).to_contain_text("0 tokens used, 1,500 tokens left")
    await expect(row).to_contain_text(CLOCK)
    [saved] = await caps_of(person)
    assert (saved["unit"], saved["period"], saved["amount"]) == ("tokens", "month", 1_500)
    await row.get_by_role("button", name="Remove the limit: 1,500 tokens a month").press("Enter")
    await expect(rows(page)).to_have_text([NONE])
    assert await caps_of(person) == []
    await page.keyboard.press("Control+z")
    await expect(row).to_contain_text("1,500 tokens a month")


async def test_what_is_removed_at_once_is_gone(site: Site, open_page: OpenPage) -> None:
    """Also what was set elsewhere meanwhile stays."""
    person = await site.person("recite")
    await set_caps(person, cap(10), cap(20), cap(20), cap(30))
    page = await open_page(person, "/settings/usage")
    await expect(rows(page)).to_have_count(4)
    await set_caps(person, cap(10), cap(20), cap(20), cap(30), cap(40))
    gone_on = asyncio.Event()
    await page.route("**/usage/caps", late(gone_on), times=1)
    for amount in (10, 20):
        name = f"Remove the limit: {amount} messages a day"
        await page.get_by_role("button", name=name).first.click()
    gone_on.set()
    await expect(page.locator(".toast")).to_have_count(2)
    await expect(rows(page)).to_have_count(3)
    assert sorted(each["amount"] for each in await caps_of(person)) == [20, 30, 40]


async def test_for_a_connection_or_a_model(
    site: Site, open_page: OpenPage, upstream: ScriptedUpstream
) -> None:
    person = await site.person("recite")
    await connect(person, upstream.url, label="Home")
    page = await open_page(person, "/settings/usage")
    await page.get_by_role("button", name="Add a limit").click()
    form = page.locator(".cap-form")
    await form.get_by_label("At most").fill("2.50")
    await form.get_by_label("Of what").select_option("US dollars")
    await form.get_by_label("For", exact=True).select_option("Models of Home")
    await form.get_by_role("button", name="Save").click()
    await expect(rows(page)).to_contain_text("$2.50 a day")
    await expect(rows(page)).to_contain_text("Models of Home")
    await page.get_by_role("button", name="Add a limit").click()
    await form.get_by_label("At most").fill("9")
    await form.get_by_label("For", exact=True).select_option("One model")
    await form.get_by_role("button", name="Save").click()
    await expect(form.get_by_text("Choose the model.")).to_be_visible()
    await form.get_by_role("button", name="One model: Choose a model").click()
    await page.get_by_role("option", name="recite").first.click()
    await form.get_by_role("button", name="Save").click()
    await expect(rows(page).last).to_contain_text("Only recite")
    dollars, messages = await caps_of(person)
    assert (dollars["amount"], dollars["label"]) == (2_500_000_000, "Home")
    assert (messages["amount"], messages["label"]) == (9, "recite")


NO_AMOUNTS = {
    "": ("Enter how much.", "请填写数量。"),
    "many": ("Enter a number.", "请填写数字。"),
    "1.5": ("Enter a whole number.", "请填写整数。"),
    "-1": ("Enter a number.", "请填写数字。"),
    "9" * 20: ("That is more than can be counted.", "数字太大。"),
}


@pytest.mark.parametrize(
    ("language", "locale", "add", "save"),
    [(0, "en-US", "Add a limit", "Save"), (1, "zh-CN", "添加限额", "保存")],
)
async def test_amounts_that_are_none(
    site: Site, open_page: OpenPage, language: int, locale: str, add: str, save: str
) -> None:
    person = await site.person("recite")
    page = await open_page(person, "/settings/usage", locale=locale)
    await page.get_by_role("button", name=add).click()
    box = page.locator(".cap-form input").first
    for typed, said in NO_AMOUNTS.items():
        await box.fill(typed)
        await page.get_by_role("button", name=save).click()
        await expect(page.get_by_text(said[language]), typed).to_be_visible()
        await expect(box).to_be_focused()
        await expect(box).to_have_attribute("aria-invalid", "true")
    assert await caps_of(person) == []


async def test_the_operators_are_told_and_stay(site: Site, open_page: OpenPage) -> None:
    person = await site.person("recite_at_once")
    values = {"scope": "everyone", "target": "all", "unit": "nano_usd", "amount": 5 * 10**9}
    async with operators_cap(site.server, **values, warn_percent=80):
        page = await open_page(person, "/settings/usage")
        row = rows(page).first
        await expect(row).to_contain_text("$5.00 a day set by the operator")
        await expect(row).to_contain_text("for everyone together")
        await expect(row.get_by_role("button")).to_have_count(0)


async def test_told_before_it_is_reached_and_after(site: Site, open_page: OpenPage) -> None:
    """In the foot of the sidebar always, at the message box when little is left."""
    person = await site.person("recite_at_once")
    await set_caps(person, cap(5))
    page = await open_page(person)
    line = page.locator(".who small")
    await expect(line).to_have_text("5 of 5 messages left today")
    hint = page.locator(".composer-hint")
    for number in range(1, 6):
        await say(page, f"number {number}")
        await replied(page, f"number {number}")
        await expect(line).to_have_text(f"{5 - number} of 5 messages left today")
        if number < 4:
            await expect(hint).to_have_text("Enter sends, Shift + Enter starts a new line")
    await expect(hint).to_have_text(USED_UP)
    await page.reload()
    await expect(hint).to_have_text(USED_UP)
    await say(page, "one more")
    refusal = page.get_by_text(REFUSED)
    await expect(refusal).to_be_visible()
    await page.reload()
    await expect(refusal).to_be_visible()
    await page.get_by_role("link", name="See the limits").click()
    await expect(page).to_have_url(f"{site.url}/settings/usage")
    await page.get_by_role("button", name="Remove the limit").click()
    await expect(rows(page)).to_have_text([NONE])
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Try again").click()
    await replied(page, "one more")
    await expect(line).to_have_text("recite_at_once")
    await expect(hint).to_have_text("Enter sends, Shift + Enter starts a new line")


async def test_told_at_eighty_percent(site: Site, open_page: OpenPage) -> None:
    person = await site.person("recite_at_once")
    await set_caps(person, cap(5))
    page = await open_page(person, locale="zh-CN", viewport=PHONE, has_touch=True, is_mobile=True)
    for number in range(1, 5):
        await page.get_by_label("消息").fill(f"第 {number} 条")
        await page.get_by_role("button", name="发送").click()
        await replied(page, f"第 {number} 条")
        await expect(page.locator(".composer-hint.near")).to_have_count(int(number == 4))
    await expect(page.locator(".composer-hint.near")).to_have_text(
        re.compile(r"^今天还剩 1 / 5 条消息 · .*重新计算$")
    )


async def test_other_tabs_hear_of_it(site: Site, open_page: OpenPage) -> None:
    person = await site.person("recite_at_once")
    page = await open_page(person)
    other = await page.context.new_page()
    await other.goto("/settings/usage")
    await other.get_by_role("button", name="Add a limit").click()
    await other.get_by_label("At most").fill("7")
    await other.get_by_role("button", name="Save").click()
    await expect(page.locator(".who small")).to_have_text("7 of 7 messages left today")


async def test_read_again_when_they_begin_anew(site: Site, open_page: OpenPage) -> None:
    person = await site.person("recite_at_once")
    await set_caps(person, cap(7))
    page = await open_page(person)
    await page.clock.install()
    await page.reload()
    await expect(page.locator(".who small")).to_have_text("7 of 7 messages left today")
    async with page.expect_request("**/usage/caps"):
        await page.clock.fast_forward("24:00:10")


def rows(page: Page) -> Locator:
    return page.locator(".caps > li")
