"""Groups are made, filled, deleted; connections are added and granted to them; limits are set."""

import pytest
from playwright.async_api import expect

from tests.page.admin.made import connection_of, group_of
from tests.page.admin.test_users import told
from tests.page.conftest import OpenPage, Site
from tests.support.server import Person

pytestmark = pytest.mark.anyio


async def test_a_group_and_its_members(site: Site, open_page: OpenPage) -> None:
    admin, person = await site.server.admin(), await site.server.register()
    await group_of(admin, f"Taken {person.name}")
    page = await open_page(admin, "/administration/groups")
    await page.get_by_role("button", name="New group").click()
    name = page.get_by_role("textbox", name="Name")
    await name.fill(f"taken {person.name} ")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("There is a group of this name already.")).to_be_visible()
    await name.fill(f"Readers {person.name}")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name=f"Readers {person.name}")).to_be_visible()
    await expect(page.get_by_text("Nobody is in this group yet.")).to_be_visible()

    await page.get_by_role("button", name="Add a member").click()
    await page.get_by_role("combobox", name="Find").fill(person.name)
    await page.get_by_role("option", name=person.name).click()
    await expect(page.get_by_role("link", name=person.name)).to_be_visible()
    await page.get_by_role("button", name=f"Take {person.name} out of the group").click()
    await expect(page.get_by_text("Nobody is in this group yet.")).to_be_visible()
    await page.keyboard.press("Control+z")
    await expect(page.get_by_role("link", name=person.name)).to_be_visible()
    await name.fill(f"Writers {person.name}")
    await page.get_by_role("button", name="Save").click()
    await told(page, f"The group is called Writers {person.name} now.")
    await page.get_by_role("link", name=person.name).click()
    await page.get_by_role("link", name=f"Writers {person.name}").click()
    await page.get_by_role("button", name="Delete…").click()
    await page.get_by_role("button", name="Delete group").click()
    await told(page, f"The group Writers {person.name} was deleted.")
    await expect(page.get_by_role("link", name=f"Taken {person.name} 0 members")).to_be_visible()
    await expect(page.get_by_role("link", name=f"Writers {person.name}")).to_have_count(0)


async def test_a_connection_is_for_a_group_alone(site: Site, open_page: OpenPage) -> None:
    admin, person = await site.server.admin(), await site.server.register()
    group = await group_of(admin, f"Lab {person.name}", person)
    label = f"Cluster {person.name}"
    page = await open_page(admin, "/administration/connections")
    await page.get_by_role("button", name="Add a connection").click()
    await page.get_by_label("Name", exact=True).fill(label)
    await page.get_by_label("Address").fill(site.upstream.url)
    await page.get_by_label("API key").fill("sk-0123456789abcdef1234")
    await page.get_by_label("Model", exact=True).fill("recite")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", name=label)).to_be_visible()
    await expect(page.get_by_role("radio", name="Nobody")).to_be_checked()
    assert await offered(person, label) == set()
    await page.get_by_role("button", name="Test").click()
    await expect(page.get_by_text("It works: recite answered after")).to_be_visible()

    await page.get_by_role("radio", name="Groups").check(force=True)
    await page.get_by_role("button", name="Add a group").click()
    await page.get_by_role("combobox", name="Find").fill(group["name"])
    await page.keyboard.press("Enter")
    await page.get_by_role("radio", name="Only some").check(force=True)
    await page.get_by_role("button", name="Save").click()
    await expect(
        page.get_by_text(f"Choose at least one model for {group['name']}.")
    ).to_be_visible()
    await page.get_by_role("button", name="Add a model").click()
    await page.get_by_role("option", name="recite", exact=True).click()
    await page.get_by_role("button", name="Save").click()
    await told(page, f"Who may use {label} was saved.")
    assert await offered(person, label) == {"recite"}
    assert await offered(await site.server.register(), label) == set()

    await page.get_by_role("button", name="Edit").click()
    await page.get_by_label("Name", exact=True).fill(f"{label} 2")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", name=f"{label} 2")).to_be_visible()
    await page.get_by_role("button", name="Remove…").click()
    await page.get_by_role("button", name="Remove connection").click()
    await told(page, f"{label} 2 was removed.")
    assert await offered(person, f"{label} 2") == set()


async def test_limits(site: Site, open_page: OpenPage) -> None:
    admin, person = await site.server.admin(), await site.server.register()
    group = await group_of(admin, f"Class {person.name}", person)
    connection = await connection_of(admin, site.upstream.url, f"Own {person.name}", "recite")
    page = await open_page(admin, "/administration/caps")
    await page.get_by_role("button", name="Add a limit").click()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Enter how much.")).to_be_visible()
    await page.get_by_label("At most").fill("2.50")
    await page.get_by_label("Of what").select_option("US dollars")
    await page.get_by_role("radio", name="A month").check(force=True)
    await page.get_by_label("For", exact=True).select_option("A group together")
    await page.get_by_label("On", exact=True).select_option(f"Models of Own {person.name}")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Choose the group.")).to_be_visible()
    await page.get_by_label("Group", exact=True).select_option(group["name"])
    await page.get_by_label("Model", exact=True).select_option("recite")
    await page.get_by_role("button", name="Save").click()
    row = page.get_by_role("listitem").filter(has_text=group["name"])
    await expect(row).to_contain_text(f"$2.50 a month · {group['name']} together")
    await expect(row).to_contain_text(f"recite of {connection['label']} · warns from 80 % on")
    await row.get_by_role("button", name="Remove the limit").click()
    await expect(row).to_have_count(0)
    await page.keyboard.press("Control+z")
    await expect(row).to_have_count(1)

    await page.get_by_role("button", name="Add a limit").click()
    await page.get_by_label("At most").fill("5")
    await page.get_by_label("For", exact=True).select_option("One user")
    await page.get_by_role("button", name="Choose a user").click()
    await page.get_by_role("combobox", name="Find").fill(person.name)
    await page.get_by_role("listbox").get_by_role("option", name=person.name).click()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text(f"5 messages a day · {person.name}")).to_be_visible()
    caps = (await person.get("/usage/caps")).json()["caps"]
    assert {(cap["scope"], cap["amount"]) for cap in caps} >= {
        ("user", 5),
        ("group", 2_500_000_000),
    }


async def offered(person: Person, label: str) -> set[str]:
    """The models of a connection that somebody is offered."""
    models = (await person.get("/models")).json()["models"]
    return {model["name"] for model in models if model["connection"]["label"] == label}
