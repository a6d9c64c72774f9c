"""What stands side by side has the room it needs: nothing lies over its neighbour or is cut off."""

from typing import Any

import pytest
from playwright.async_api import Locator, expect

from tests.page.chatting import choose
from tests.page.conftest import OpenPage, Site
from tests.page.looks import HAND, WIDE, ZOOMED

pytestmark = pytest.mark.anyio
OVER_EACH_OTHER = """all => {
  const places = all.map(each => each.getBoundingClientRect());
  const within = all[0].closest('.params-grid').getBoundingClientRect();
  return places.filter((one, at) => one.right > within.right + 1
    || places.some((other, of) => of !== at && one.left < other.right && other.left < one.right
      && one.top < other.bottom && other.top < one.bottom)).length;
}"""
IS_CUT = "it => it.scrollWidth > it.clientWidth"


@pytest.mark.parametrize("options", [WIDE, ZOOMED, HAND], ids=["wide", "zoom", "hand"])
async def test_fields_of_parameters(
    site: Site, open_page: OpenPage, options: dict[str, Any]
) -> None:
    page = await open_page(await site.person(), "/settings/presets", **options)
    await page.get_by_role("button", name="Add a preset").click()
    await page.locator(".params summary").click()
    boxes = page.locator(".params-grid .field-box")
    await expect(boxes).to_have_count(7)
    assert await boxes.evaluate_all(OVER_EACH_OTHER) == 0


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
async def test_names_of_models_in_the_settings(
    site: Site, open_page: OpenPage, locale: str
) -> None:
    page = await open_page(await site.person(), "/settings/models", locale=locale, **HAND)
    names = page.locator(".model-pick > span")
    await expect(names.first).to_have_text("recite")
    assert not await any_is_cut(names)


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
async def test_that_the_page_is_offline(site: Site, open_page: OpenPage, locale: str) -> None:
    person = await site.person()
    page = await open_page(
        person, f"/c/{await person.conversation('offline')}", locale=locale, **HAND
    )
    await expect(page.locator(".composer textarea")).to_be_visible()
    await page.context.set_offline(True)
    notice = page.locator(".connection-lost")
    await expect(notice.locator("button")).to_be_visible()
    line = await notice.evaluate("it => parseFloat(getComputedStyle(it).lineHeight)")
    for part in (notice.locator("span"), notice.locator("button")):
        box = await part.bounding_box()
        assert box and box["height"] < 1.5 * line


@pytest.mark.parametrize("under", ["problem", "connection"])
async def test_a_notice_lies_over_no_other(site: Site, open_page: OpenPage, under: str) -> None:
    person = await site.person()
    await person.conversation("deleted")
    page = await open_page(person, f"/c/{await person.conversation('kept')}")
    await expect(page).to_have_title("kept · Chat")
    if under == "problem":
        await page.get_by_label("Your message").fill("x" * 100_001)
    await choose(page, "deleted", "Delete")
    await page.get_by_role("button", name="Undo").focus()  # so that it stays
    if under == "connection":
        await page.context.set_offline(True)
    lower = page.locator(".composer-area > [role=alert] > .problem, .connection-lost")
    await expect(lower).to_be_visible()
    toast, notice = [await each.bounding_box() for each in (page.locator(".toast"), lower)]
    assert toast and notice and toast["y"] + toast["height"] <= notice["y"]


async def any_is_cut(texts: Locator) -> bool:
    return any([await each.evaluate(IS_CUT) for each in await texts.all()])
