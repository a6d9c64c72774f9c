"""What is dropped or pasted: text goes into the composer, a file takes nobody off the page."""

import pytest
from playwright.async_api import Page, expect

from tests.page.conftest import OpenPage, Site

pytestmark = pytest.mark.anyio
DROP = """([selector, text, file]) => {
  const data = new DataTransfer();
  if (text) data.setData('text/plain', text);
  if (file) data.items.add(new File(['x'], file, { type: 'image/png' }));
  const at = document.querySelector(selector);
  return ['dragover', 'drop'].map(name => !at.dispatchEvent(
    new DragEvent(name, { dataTransfer: data, bubbles: true, cancelable: true })));
}"""
PASTE = """([text, file]) => {
  const clipboardData = new DataTransfer();
  if (text) clipboardData.setData('text/plain', text);
  if (file) clipboardData.items.add(new File(['x'], file, { type: 'image/png' }));
  document.querySelector('.composer textarea').dispatchEvent(
    new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
}"""
SAID = "Files cannot be attached yet."


@pytest.mark.parametrize("place", [".composer textarea", ".empty", ".sidebar"])
async def test_a_dropped_file_is_swallowed_and_said(
    site: Site, open_page: OpenPage, place: str
) -> None:
    page = await open_page(await site.person())
    await expect(page.locator(".openings button")).to_have_count(4)
    assert await drop(page, place, file="map.png") == [True, True]
    await expect(page.get_by_text(SAID)).to_be_visible()


async def test_dropped_text_goes_into_the_composer(site: Site, open_page: OpenPage) -> None:
    page = await open_page(await site.person())
    box = page.get_by_label("Your message")
    await box.fill("before")
    assert await drop(page, ".empty", text="dropped") == [True, True]
    await expect(box).to_have_value("before\n\ndropped")
    assert await drop(page, ".composer textarea", text="by the browser") == [False, False]


async def test_a_pasted_image_is_said_and_pasted_text_is_not(
    site: Site, open_page: OpenPage
) -> None:
    page = await open_page(await site.person())
    await expect(page.get_by_label("Your message")).to_be_visible()
    await page.evaluate(PASTE, ["a text and its picture", "text.png"])
    await expect(page.get_by_text(SAID)).to_have_count(0)
    await page.evaluate(PASTE, ["", "map.png"])
    await expect(page.get_by_text(SAID)).to_be_visible()


async def drop(page: Page, place: str, text: str = "", file: str = "") -> list[bool]:
    """Whether the page kept the browser from dealing with it, over the place and at the drop."""
    kept: list[bool] = await page.evaluate(DROP, [place, text, file])
    return kept
