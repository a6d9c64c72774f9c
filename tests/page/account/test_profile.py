"""A name and a picture of one's own, seen in every tab; and what the operator says to everybody."""

from pathlib import Path

import pytest
from playwright.async_api import FilePayload, expect

from tests.files.made import picture
from tests.page.conftest import OpenPage, Site, running_site

pytestmark = pytest.mark.anyio
BANNER = {
    "banner_en": "Maintenance on Sunday: https://status.example.com/now.",
    "banner_zh": "周日维护",
}


async def test_a_name_and_a_picture(site: Site, open_page: OpenPage) -> None:
    person = await site.person()
    page = await open_page(person, "/settings/account")
    other = await page.context.new_page()
    await other.goto("/")
    who = other.locator(".who")
    await expect(who).to_contain_text(person.name)
    await expect(who.locator("span.initial")).to_have_text(person.name[0].upper())

    name = page.get_by_label("Display name")
    await name.fill("Ada\u202e Lovelace")
    await page.get_by_role("button", name="Save").first.click()
    await expect(name).to_have_attribute("aria-invalid", "true")
    await name.fill("  Ada Lovelace ")
    await page.get_by_role("button", name="Save").first.click()
    await expect(other.locator(".who-name")).to_have_text("Ada Lovelace")
    await expect(other.get_by_role("heading", name="Ada Lovelace")).to_be_visible()

    choose = page.get_by_label("Picture", exact=True)
    drawing = FilePayload(name="a.png", mimeType="image/png", buffer=b"<svg onload=alert(1)>")
    await choose.set_input_files(drawing)
    await expect(page.get_by_text("This file cannot be read as a picture.")).to_be_visible()
    photo = FilePayload(name="a.png", mimeType="image/png", buffer=picture())
    await choose.set_input_files(photo)
    await expect(page.get_by_text("Your picture was changed.")).to_be_visible()
    await expect(page.get_by_text("This file cannot be read as a picture.")).to_have_count(0)
    await expect(who.locator("img.initial")).to_be_visible()
    await page.get_by_role("button", name="Remove").click()
    await expect(who.locator("span.initial")).to_have_text("A")
    await name.fill("")
    await page.get_by_role("button", name="Save").first.click()
    await expect(other.locator(".who-name")).to_have_text(person.name)


async def test_what_the_operator_says(tmp_path: Path, open_page: OpenPage) -> None:
    async with running_site(tmp_path) as site:
        admin = await site.server.admin()
        page = await open_page(await site.person(), at=site.url)
        banner = page.get_by_role("complementary", name="From the operator of this server")
        await expect(page.locator(".openings button")).to_have_count(4)
        await expect(banner).to_have_count(0)
        answer = await admin.request("PATCH", "/admin/settings", json=BANNER)
        assert answer.status_code == 200, answer.text
        await page.reload()
        await expect(banner).to_contain_text("Maintenance on Sunday")
        link = banner.get_by_role("link")
        await expect(link).to_have_attribute("href", "https://status.example.com/now")
        await page.evaluate("localStorage.setItem('locale', 'zh-CN')")
        await page.reload()
        await expect(page.get_by_role("complementary")).to_contain_text("周日维护")
        await page.get_by_role("complementary").get_by_role("button").click()
        await page.evaluate("localStorage.setItem('locale', 'en')")
        async with page.expect_response("**/auth/options"):
            await page.reload()
        await expect(page.locator(".openings button")).to_have_count(4)
        await expect(banner).to_have_count(0)
        await admin.request("PATCH", "/admin/settings", json={"banner_en": "It is over."})
        await page.reload()
        await expect(banner).to_contain_text("It is over.")
        stranger = await open_page(None, "/login", at=site.url)
        await expect(stranger.get_by_text("It is over.")).to_be_visible()
