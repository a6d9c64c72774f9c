"""What a provider's groups mean here, at each login."""

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import StartServer
from tests.oidc.browser import Browser, problem_of
from tests.oidc.conftest import knowing, settings_of
from tests.oidc.hostile import HostileProvider
from tests.oidc.test_linking import identities, link
from tests.support.server import PASSWORD, Person, RunningServer

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]


@pytest.fixture
def other(providers: tuple[HostileProvider, HostileProvider]) -> HostileProvider:
    """The one whose groups the operator maps."""
    return providers[1]


async def groups_of(server: RunningServer, username: str) -> set[str]:
    services = server.app.state.services
    every = (await services.groups.all()).groups
    found = set()
    for group in every:
        async for names in services.groups.member_names(group.id):
            found |= {group.name for name in names if name == username}
    return found


async def log_in(server: RunningServer, other: HostileProvider, sub: str, *groups: str) -> Any:
    browser = Browser(server, "other")
    await browser.log_in(other, sub=sub, preferred_username=sub, groups=list(groups))
    return await browser.person(sub)


async def test_join_and_leave(server: RunningServer, other: HostileProvider) -> None:
    services = server.app.state.services
    made = {
        name: (await services.groups.create(None, name)).id
        for name in ("OIDC Red", "OIDC Green", "OIDC by hand")
    }
    person = await log_in(server, other, "joiner", "staff", "oidc red", "not here", "OIDC by hand")
    assert await groups_of(server, person.name) == {"OIDC Red", "OIDC by hand"}
    person = await log_in(server, other, "by-hand", "staff")
    await services.groups.add_member(None, made["OIDC by hand"], person.id)
    await services.groups.add_member(None, made["OIDC Green"], person.id)
    await log_in(server, other, "by-hand", "staff", "OIDC Red", "OIDC Green")
    assert await groups_of(server, person.name) == {"OIDC Red", "OIDC Green", "OIDC by hand"}
    await log_in(server, other, "by-hand", "staff")
    assert await groups_of(server, person.name) == {"OIDC Green", "OIDC by hand"}


async def test_who_is_in_no_group_is_out(server: RunningServer, other: HostileProvider) -> None:
    stranger = Browser(server, "other")
    for groups in (["else"], [], "nonsense", None, {"staff": True}):
        told = {"sub": "stranger", "groups": groups}
        assert problem_of(await stranger.log_in(other, **told)) == "not_allowed"
    assert not await stranger.is_logged_in()

    person = await log_in(server, other, "leaver", "staff")
    again = Browser(server, "other")
    assert problem_of(await again.log_in(other, sub="leaver", groups=[])) == "not_allowed"
    assert (await person.get("/auth/me")).status_code == 401


async def test_administrators(
    other: HostileProvider, start_server: StartServer, tmp_path: Path
) -> None:
    rules = {"groups_claim": "groups", "admin_group": "chiefs"}
    server = await start_server(
        database_url=f"sqlite:///{tmp_path / 'of their own.db'}",  # without other administrators
        **knowing(other=settings_of(other, **rules)),
    )

    async def role(person: Any) -> str:
        return str((await person.get("/auth/me")).json()["role"])

    chief = await log_in(server, other, "chief", "staff", "chiefs")
    assert await role(chief) == "admin"
    # The last one stays.
    assert await role(await log_in(server, other, "chief", "staff")) == "admin"
    second = await log_in(server, other, "second", "staff", "chiefs")
    assert await role(second) == "admin"
    assert await role(await log_in(server, other, "chief", "staff")) == "user"
    assert await role(chief) == "user"


async def test_the_role_goes_with_the_identity_that_gave_it(
    other: HostileProvider, start_server: StartServer, tmp_path: Path
) -> None:
    rules = {"groups_claim": "groups", "admin_group": "chiefs"}
    server = await start_server(
        database_url=f"sqlite:///{tmp_path / 'of their own.db'}",
        **knowing(other=settings_of(other, **rules)),
    )

    async def unlink(person: Person) -> str:
        """The one identity of somebody's; what their role is then."""
        [id] = await identities(person)
        gone = await person.request("DELETE", f"/auth/identities/{id}")
        assert gone.status_code == 204, gone.text
        return str((await person.get("/auth/me")).json()["role"])

    async def first_password(person: Person) -> None:
        body = {"new_password": PASSWORD}
        assert (await person.request("PUT", "/auth/password", json=body)).status_code == 204

    chief = await log_in(server, other, "leaving chief", "chiefs")
    await first_password(chief)
    # Who never came by it has the role from elsewhere.
    by_hand = await server.admin()
    await link(Browser(server, "other"), by_hand, other, "by hand")
    assert await unlink(by_hand) == "admin"
    assert await unlink(chief) == "user"
    events = (await chief.get("/auth/audit")).json()["events"]
    assert [event["action"] for event in events[:2]] == ["identity_unlinked", "role_changed"]
    # The last one stays.
    last = await log_in(server, other, "last chief", "chiefs")
    await first_password(last)
    await server.app.state.services.accounts.set_enabled(by_hand.name, False)
    assert await unlink(last) == "admin"


async def test_another_provider_makes_no_administrator(
    server: RunningServer, provider: HostileProvider
) -> None:
    browser = Browser(server)
    await browser.log_in(provider, sub="climber", groups=["chiefs"], role="admin")
    person = await browser.person()
    assert (await person.get("/auth/me")).json()["role"] == "user"
