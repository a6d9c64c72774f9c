"""The administration, drawn as in test_look.py: axe finds nothing, and nothing is too wide."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.page.admin.made import connection_of, done, group_of, made
from tests.page.conftest import OpenPage, Site, running_site
from tests.page.keys.made import make_logins_old
from tests.page.looks import HAND, WIDE, ZOOMED, looks, name_of
from tests.page.test_look_models import look_whole
from tests.support.server import Person

pytestmark = pytest.mark.anyio
LOOKS = looks(("en-US", "light", WIDE), ("zh-CN", "dark", HAND), ("en-US", "dark", ZOOMED))
LONG = "a-name-of-as-many-letters-as-there-can-be-in-one-1"
MODELS = ("recite", "gpt-4o-mini", "meta-llama/llama-3.3-70b-instruct-with-a-long-name:free")


@pytest.fixture(scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """One whose operator offers a model by the settings."""
    operator = {"default_model_name": "SmolLM2-135M-Instruct", "default_api_key": "operator's"}
    async with running_site(tmp_path_factory.mktemp("administered"), **operator) as running:
        await fill(running)
        yield running


async def fill(site: Site) -> None:
    """Users in every state, groups, connections, limits."""
    admin = await site.server.admin("marta")
    people = [await site.server.register(name) for name in ("lin", "王小明", LONG, "tomas", "zoe")]
    await done(admin, "PATCH", f"users/{people[3].id}", enabled=False)
    await done(admin, "DELETE", f"users/{people[4].id}")
    research = await group_of(admin, "Research", *people[:3])
    second = await group_of(admin, "Students of the second year, and their guests", people[0])
    cluster = await connection_of(admin, site.upstream.url, "Lab cluster", *MODELS)
    await connection_of(admin, site.upstream.url, "Not offered yet", "gpt-4o")
    some = [model["id"] for model in cluster["models"][1:]]
    grants = [
        {"group_id": research["id"], "model_ids": None},
        {"group_id": second["id"], "model_ids": some},
    ]
    path = f"connections/{cluster['id']}"
    await done(admin, "PUT", f"{path}/grants", restricted=True, grants=grants)
    await done(admin, "PATCH", path, shared=True)
    terms = {"period": "day", "unit": "messages", "amount": 200}
    await made(admin, "caps", scope="user", **terms)
    await made(admin, "caps", scope="group", group_id=research["id"], **terms)
    nothing = terms | {"unit": "tokens", "amount": 0, "connection_id": cluster["id"]}
    await made(admin, "caps", scope="user", user_id=people[0].id, model_id=some[0], **nothing)


@pytest.mark.parametrize(("locale", "scheme", "options"), LOOKS)
async def test_administration(
    site: Site, open_page: OpenPage, locale: str, scheme: str, options: dict[str, Any]
) -> None:
    name = name_of(locale, scheme, options)
    drawn = {"locale": locale, "color_scheme": scheme, **options}
    ordinary = await open_page(
        await site.server.register(), "/administration", at=site.url, **drawn
    )
    await expect(ordinary.locator(".empty")).to_be_visible()
    await look_all(ordinary, f"admin-only-{name}", options)

    admin = await site.server.admin()
    page = await open_page(admin, "/administration", at=site.url, **drawn)
    await expect(page.locator(".admin")).to_be_visible()
    await look_all(page, f"admin-{name}", options)
    await users(page, name, options)
    await one_user(site, page, admin, name, options)
    await groups(page, name, options)
    await connections(page, name, options)
    await caps(page, name, options)
    await page.context.close()


async def users(page: Page, name: str, options: dict[str, Any]) -> None:
    """The list, on its way and not to be had; one who waits; nobody."""
    await page.route("**/admin/users?*", lambda route: route.abort(), times=1)
    await page.goto("/administration/users")
    await expect(page.locator(".admin-failed")).to_be_visible()
    await look_all(page, f"admin-users-failed-{name}", options)
    await page.locator(".admin-failed .button").click()
    await expect(page.locator(".user-row").nth(5)).to_be_visible()
    await look_all(page, f"admin-users-{name}", options)
    await page.locator(".user-filters input").fill("nobody-like-that")
    await expect(page.locator(".lead")).not_to_be_empty()
    await look_all(page, f"admin-users-none-{name}", options)


async def one_user(
    site: Site, page: Page, admin: Person, name: str, options: dict[str, Any]
) -> None:
    """With groups, with a change that is refused and one that wants the password, deleted."""
    [lin] = (await admin.get("/admin/users?q=lin")).json()["users"]
    await page.goto(f"/administration/users/{lin['id']}")
    await expect(page.locator(".admin-chips li")).to_have_count(2)
    await look_all(page, f"admin-user-{name}", options)
    await page.locator(".button.danger").click()
    await to_end(page)
    await look_all(page, f"admin-user-delete-{name}", options)
    refused = {"code": "last_admin", "detail": ""}
    await page.route(
        "**/admin/users/*", lambda route: route.fulfill(status=409, json=refused), times=1
    )
    await page.locator(".segments label").last.click()
    await expect(page.locator(".problem")).to_be_visible()
    await look_all(page, f"admin-user-refused-{name}", options)
    await make_logins_old(site, admin)
    await page.locator(".admin-confirm .danger").click()
    await expect(page.locator(".fresh-login")).to_be_visible()
    await look_all(page, f"admin-password-{name}", options)
    await page.locator(".fresh-login .button").last.click()
    await page.wait_for_function("() => !history.state?.layer")  # of the dialog
    [zoe] = (await admin.get("/admin/users?status=deleted")).json()["users"]
    await page.goto(f"/administration/users/{zoe['id']}")
    await expect(page.locator(".admin-notice")).to_be_visible()
    await look_all(page, f"admin-user-deleted-{name}", options)
    await page.goto("/administration/users/987654321")
    await expect(page.locator(".lead")).to_be_visible()
    await look_all(page, f"admin-user-gone-{name}", options)


async def groups(page: Page, name: str, options: dict[str, Any]) -> None:
    await page.goto("/administration/groups")
    await expect(page.locator(".admin-link")).to_have_count(2)
    await page.locator(".button.primary").click()
    await look_all(page, f"admin-groups-{name}", options)
    await page.locator(".admin-link").first.click()
    await expect(page.locator(".members li")).to_have_count(3)
    await look_all(page, f"admin-group-{name}", options)
    await page.locator(".section .button").first.click()
    await expect(page.locator(".option").nth(2)).to_be_visible()
    await look_all(page, f"admin-group-add-{name}", options)
    await page.keyboard.press("Escape")


async def connections(page: Page, name: str, options: dict[str, Any]) -> None:
    await page.goto("/administration/connections")
    rows = page.locator(".admin-link")
    await expect(rows).to_have_count(3)
    await look_all(page, f"admin-connections-{name}", options)
    await rows.filter(has_text="SmolLM").or_(rows.first).first.click()
    await expect(page.locator(".admin-facts")).to_be_visible()
    await look_all(page, f"admin-connection-settings-{name}", options)
    await page.go_back()
    await rows.filter(has_text="Lab cluster").click()
    await expect(page.locator(".grant")).to_have_count(2)
    await look_all(page, f"admin-connection-{name}", options)
    await page.locator(".grant .segments label").nth(1).click()
    await page.locator(".form-buttons .primary").first.click()
    await expect(page.locator(".note.bad")).to_be_visible()
    await look_all(page, f"admin-connection-wrong-{name}", options)


async def caps(page: Page, name: str, options: dict[str, Any]) -> None:
    await page.goto("/administration/caps")
    await expect(page.locator(".cap")).to_have_count(3)
    await look_all(page, f"admin-caps-{name}", options)
    await page.locator(".button.primary").click()
    whose = page.locator(".cap-whose select").first
    await whose.select_option("user")
    await page.locator(".form-buttons .primary").click()
    await expect(page.locator(".cap-missing .bad")).to_be_visible()
    await to_end(page)
    await look_all(page, f"admin-caps-wrong-{name}", options)


async def to_end(page: Page) -> None:
    await page.locator(".admin-scroll").evaluate("box => box.scrollTo(0, box.scrollHeight)")


async def look_all(page: Page, name: str, options: dict[str, Any]) -> None:
    """Nothing is wider than what it scrolls in, either."""
    await look_whole(page, name, options)
    box = page.locator(".admin-scroll")
    if await box.count():
        assert await box.evaluate("box => box.scrollWidth <= box.clientWidth"), name
