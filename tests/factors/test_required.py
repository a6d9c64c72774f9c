"""Where a second factor is asked of everybody, its owner may take the last one away, to set up
another one in its place: nothing else is open to them until then."""

from collections.abc import Awaitable, Callable

import pytest

from tests.conftest import StartServer
from tests.support.authenticator import SITE, add_passkey
from tests.support.factors import set_up
from tests.support.refusals import assert_refused
from tests.support.server import Person

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]


async def totp(person: Person) -> str:
    """Set it up; where it is taken away."""
    await set_up(person)
    return "/auth/totp"


async def passkey(person: Person) -> str:
    return f"/auth/passkeys/{(await add_passkey(person)).id}"


KINDS = [totp, passkey]


@pytest.mark.parametrize("first", KINDS)
@pytest.mark.parametrize("second", KINDS)
async def test_the_last_one_makes_way_for_another(
    start_server: StartServer,
    first: Callable[[Person], Awaitable[str]],
    second: Callable[[Person], Awaitable[str]],
) -> None:
    server = await start_server(public_url=SITE, mfa="required")
    ada = await server.register()
    place = await first(ada)
    other = await ada.refresh()
    key = (await other.post("/auth/keys", json={"name": "agent"})).json()["key"]
    bearer = {"Authorization": f"Bearer {key}"}
    assert (await server.http.get("/v1/models", headers=bearer)).status_code == 200
    assert (await other.request("DELETE", place)).status_code == 204
    assert (await other.get("/auth/me")).json()["second_factor_needed"] is True
    assert_refused(await other.get("/conversations"), 403, "second_factor_needed")
    assert_refused(await other.request("DELETE", "/auth/password"), 403, "second_factor_needed")
    assert (await server.http.get("/v1/models", headers=bearer)).status_code == 403
    await second(other)
    assert (await other.get("/conversations")).status_code == 200
    assert (await server.http.get("/v1/models", headers=bearer)).status_code == 200
