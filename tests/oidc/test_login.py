"""People log in by the account that they have elsewhere."""

import asyncio
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection, select

from app.database import table_of
from app.models import AuditEvent, User
from app.services.oidc.accounts import GIVEN_MAX, Person
from tests.oidc.browser import Browser, problem_of
from tests.oidc.conftest import knowing
from tests.oidc.hostile import HostileProvider
from tests.support.factors import set_up
from tests.support.patience import PATIENCE_SECONDS
from tests.support.server import PASSWORD, RunningServer

pytestmark = pytest.mark.anyio

ADA = {"sub": "ada", "preferred_username": "Ada.L", "email": "ada@corp.example"}


async def test_first_and_second_login(browser: Browser, provider: HostileProvider) -> None:
    await browser.log_in(provider, **ADA, email_verified=True)
    ada = await browser.person()
    me = (await ada.get("/auth/me")).json()
    assert (me["username"], me["email"]) == ("Ada.L", "ada@corp.example")
    assert (me["email_verified"], me["has_password"], me["role"]) == (True, False, "user")
    [identity] = (await ada.get("/auth/identities")).json()["identities"]
    assert (identity["provider"], identity["issuer"]) == ("corp", provider.issuer)

    again = Browser(browser.server)
    await again.log_in(provider, **ADA | {"email": "new@corp.example", "preferred_username": "x"})
    assert (await again.person()).id == ada.id
    assert (await ada.get("/auth/me")).json() == me


async def test_names_are_made_their_own(browser: Browser, provider: HostileProvider) -> None:
    names = []
    people: list[dict[str, Any]] = [
        {"preferred_username": "Grace"},
        {"preferred_username": "grace"},
        {"preferred_username": "GRACE@corp.example"},
        {"preferred_username": "\u202e\x00"},
        {"preferred_username": ["a", "list"]},
    ]
    for number, told in enumerate(people):
        other = Browser(browser.server)
        await other.log_in(provider, sub=f"grace-{number}", **told)
        names.append((await other.person()).name)
    assert names[:3] == ["Grace", "grace-2", "GRACE-3"]
    assert all(name.startswith("user-") for name in names[3:])


@pytest.mark.databases("sqlite")
async def test_a_name_without_end_is_not_read_to_its_end(
    browser: Browser, provider: HostileProvider
) -> None:
    """UserInfo may tell one of 512 KiB, which took half a minute to normalise, while nobody else
    could write."""
    assert len(Person.of({"preferred_username": "\ufdfa" * 170_000}).name) == GIVEN_MAX
    told = {"sub": "long name", "preferred_username": "Augusta " * 1_000}
    assert await browser.log_in(provider, **told) == "/c/7"
    assert (await browser.person()).name == ("Augusta " * 7)[:50].rstrip()


async def test_first_logins_at_once_make_one_account(
    browser: Browser, provider: HostileProvider
) -> None:
    browsers = [Browser(browser.server) for _ in range(5)]
    told = {"sub": "at once", "preferred_username": "at-once"}
    await asyncio.gather(*(each.log_in(provider, **told) for each in browsers))
    people = [await each.person() for each in browsers]
    assert len({person.id for person in people}) == 1


async def test_second_factor(browser: Browser, provider: HostileProvider) -> None:
    told = {"sub": "with factor"}
    await browser.log_in(provider, **told)
    factor = await set_up(await browser.person())

    again = Browser(browser.server)
    address = await again.log_in(provider, **told)
    assert address.startswith("/login?step=second")
    assert "refresh_token" not in again.cookies
    wrong = await again.request("POST", "/auth/login/second", json={"code": "000000"})
    assert wrong.status_code == 403
    given = {"code": await factor.fresh()}
    assert (await Browser(browser.server).request("POST", "/auth/login/second", json=given)).json()[
        "code"
    ] == "second_step_over"
    answer = await again.request("POST", "/auth/login/second", json=given)
    assert answer.status_code == 200, answer.text
    assert "second_step" not in again.cookies
    assert (await again.person()).id == factor.person.id


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "registration, problem",
    [
        ("open", None),
        ("oidc", None),
        ("invite", "registration_closed"),
        ("approve", "approval_pending"),
        ("closed", "registration_closed"),
    ],
)
async def test_registration(
    provider: HostileProvider, start_server: Any, registration: str, problem: str | None
) -> None:
    server = await start_server(
        **knowing(corp=provider),
        registration=registration,
    )
    browser = Browser(server)
    address = await browser.log_in(provider, sub=f"new-{registration}")
    assert (None if problem is None else problem_of(address)) == problem
    assert await browser.is_logged_in() == (problem is None)
    options = (await server.http.get("/auth/options")).json()
    assert options["ways"] == registration
    assert options["providers"] == [{"slug": "corp", "label": "Corp"}]
    assert options["registration"] == (registration not in ("oidc", "closed"))
    body = {"username": f"by-{registration}", "email": f"{registration}@oidc.example"}
    body["password"] = PASSWORD
    register = await server.http.post("/auth/register", json=body)
    assert (register.status_code == 201) == (registration in ("open", "approve"))


@pytest.mark.databases("sqlite")
async def test_a_provider_vouches_for_an_address_later(
    provider: HostileProvider, start_server: Any
) -> None:
    server = await start_server(
        **knowing(corp=provider),
        require_verified_email=True,
        smtp_host="127.0.0.1",
        smtp_from="chat@example.com",
    )
    browser = Browser(server)
    told = {"sub": "confirming", "email": "confirming@corp.example"}
    assert problem_of(await browser.log_in(provider, **told)) == "email_unverified"
    other = told | {"email": "other@corp.example", "email_verified": True}
    assert problem_of(await browser.log_in(provider, **other)) == "email_unverified"
    assert await browser.log_in(provider, **told, email_verified=True) == "/c/7"
    me = (await (await browser.person()).get("/auth/me")).json()
    assert (me["email"], me["email_verified"]) == (told["email"], True)
    assert await browser.log_in(provider, **told) == "/c/7"


async def test_disabled(browser: Browser, provider: HostileProvider) -> None:
    await browser.log_in(provider, sub="disabled")
    person = await browser.person()
    await browser.server.app.state.services.accounts.set_enabled(person.name, False)
    again = Browser(browser.server)
    assert problem_of(await again.log_in(provider, sub="disabled")) == "account_disabled"
    assert not await again.is_logged_in()


async def test_refusals_are_written_down(
    browser: Browser, provider: HostileProvider, server: RunningServer
) -> None:
    provider.claims = {"nonce": "another"}
    await browser.log_in(provider)
    services = server.app.state.services
    told = {"provider": "corp", "reason": "nonce"}

    def last(connection: Connection) -> Any:
        event = table_of(AuditEvent)
        mine = select(event.c.detail).where(event.c.outcome == "refused")
        found = connection.execute(mine.order_by(event.c.id.desc())).scalars().first()
        return orjson.loads(found or "{}")

    async with asyncio.timeout(PATIENCE_SECONDS):
        while await services.database.read(last) != told:  # noqa: ASYNC110 - in the database
            await asyncio.sleep(0.05)


async def test_nobody_knows_their_hash(browser: Browser, provider: HostileProvider) -> None:
    await browser.log_in(provider, sub="no password", preferred_username="nopassword")
    person = await browser.person()
    for password in ("!", "", "x"):
        body = {"username_or_email": person.name, "password": password or " "}
        answer = await browser.server.http.post("/auth/login", json=body)
        assert answer.status_code == 401

    def stored(connection: Connection) -> Any:
        user = table_of(User)
        return connection.execute(
            select(user.c.password_hash).where(user.c.id == person.id)
        ).scalar()

    assert await browser.server.app.state.services.database.read(stored) == "!"
