"""What an authenticator, or whoever is in its place, may say and sign: refused, in the same words
always, and taken once."""

import asyncio
import base64
from typing import Any

import pytest
from sqlalchemy import select, update

from app.database import table_of
from app.metrics import logins_failed, passkey_checks
from app.models import Passkey, PasskeyChallenge, utc_now
from app.services.auth.challenges import purge_challenges
from app.services.auth.webauthn import Site, site_of
from tests.conftest import StartServer
from tests.factors.test_factors import in_as, on_rows
from tests.support.authenticator import (
    SITE,
    UP,
    UV,
    Authenticator,
    add_passkey,
    asked,
    creation,
    keep,
    log_in,
    signed,
)
from tests.support.factors import second_step, ticket_of
from tests.support.refusals import assert_refused
from tests.support.server import RunningServer

pytestmark = pytest.mark.anyio

AT_ONCE = 20
OTHER = base64.urlsafe_b64encode(b"1" * 32).decode().rstrip("=")
LIES: list[tuple[str, dict[str, Any]]] = [
    ("origin", {"origin": "https://chat.example.com.evil.example"}),
    ("origin", {"origin": "http://chat.example.com"}),
    ("origin", {"origin": SITE + ":444"}),
    ("origin", {"domain": "example.com"}),
    ("challenge", {"challenge": OTHER}),
    ("malformed", {"kind": "webauthn.other"}),
    ("malformed", {"cross_origin": True}),
    ("verification", {"flags": UP}),
    ("verification", {"flags": UV}),
]
SIGNED: list[tuple[str, dict[str, Any]]] = [
    ("counter", {"counter": 1}),
    ("counter", {"counter": 0}),
    ("signature", {"signature": b"1" * 70}),
    ("unknown", {"handle": b"somebody else"}),
]
POINTLESS = {1: 2, 3: -7, -1: 1, -2: b"1" * 32, -3: b"2" * 32}
MADE: list[tuple[str, dict[str, Any]]] = [
    ("malformed", {"attestation": b"\xa0"}),
    ("malformed", {"attestation": b"\x81" * 10_000}),
    ("malformed", {"key": POINTLESS}),
    ("algorithm", {"key": {1: 2, 3: -47, -1: 8, -2: b"1" * 32, -3: b"2" * 32}}),
    ("malformed", {"key": {}}),
]
_passkey = table_of(Passkey)
_challenge = table_of(PasskeyChallenge)


@pytest.mark.databases("sqlite")
async def test_no_lie_logs_in_and_all_are_told_the_same(server: RunningServer) -> None:
    ada = await server.register()
    key = await add_passkey(ada)
    in_as(await log_in(server, key), ada)
    failed = logins_failed.values[()]
    unknown = await log_in(server, Authenticator())
    assert_refused(unknown, 401, "passkey_refused")
    impostor = Authenticator(credential_id=key.credential_id, handle=key.handle, counter=100)
    for cause, lies in [*LIES, *SIGNED, ("signature", {})]:
        before = passkey_checks.values.get((cause,), 0)
        liar = impostor if cause == "signature" else key
        answer = await log_in(server, liar, **lies)
        assert answer.status_code == 401 and answer.json() == unknown.json(), lies
        assert "set-cookie" not in answer.headers
        assert passkey_checks.values[(cause,)] == before + 1, lies
    assert logins_failed.values[()] == failed + 1 + len(LIES) + len(SIGNED) + 1
    in_as(await log_in(server, key), ada)


@pytest.mark.databases("sqlite")
async def test_no_lie_is_kept(server: RunningServer) -> None:
    ada = await server.register()
    for cause, lies in [*LIES, *MADE]:
        before = passkey_checks.values.get((cause,), 0)
        answer = await keep(ada, Authenticator(), await creation(ada), **lies)
        assert_refused(answer, 401, "passkey_refused")
        assert passkey_checks.values[(cause,)] == before + 1, lies
    assert (await ada.get("/auth/passkeys")).json() == {"passkeys": []}
    assert (await ada.get("/auth/me")).json()["has_password"] is True


async def test_of_twenty_answers_to_one_challenge_one_is_taken(server: RunningServer) -> None:
    ada = await server.register()
    key = await add_passkey(ada)
    begun = await asked(server)
    answers = await asyncio.gather(*(log_in(server, key, begun) for _ in range(AT_ONCE)))
    assert sorted(each.status_code for each in answers) == [200] + [401] * (AT_ONCE - 1)

    ticket = await ticket_of(server, ada)
    begun = await asked(server, ticket)
    given = [await signed(server, key, begun) for _ in range(AT_ONCE)]
    answers = await asyncio.gather(*(second_step(server, ticket, passkey=each) for each in given))
    assert sorted(each.status_code for each in answers) == [200] + [401] * (AT_ONCE - 1)

    begun = await asked(server, person=ada)
    bodies = [{"passkey": await signed(server, key, begun)} for _ in range(AT_ONCE)]
    tries = (ada.post("/auth/reauthenticate", json=body) for body in bodies)
    answers = await asyncio.gather(*tries)
    assert sorted(each.status_code for each in answers) == [204] + [401] * (AT_ONCE - 1)

    begun = await creation(ada)
    tries = (keep(ada, Authenticator(), begun) for _ in range(AT_ONCE))
    answers = await asyncio.gather(*tries)
    assert sorted(each.status_code for each in answers) == [201] + [401] * (AT_ONCE - 1)
    assert len((await ada.get("/auth/passkeys")).json()["passkeys"]) == 2


async def test_of_two_that_count_the_same_one_gets_in(server: RunningServer) -> None:
    """A copy of an authenticator knows no more than the one it was copied from."""
    ada = await server.register()
    key = await add_passkey(ada)
    begun = [await asked(server) for _ in range(AT_ONCE)]
    answers = await asyncio.gather(*(log_in(server, key, each, counter=7) for each in begun))
    assert sorted(each.status_code for each in answers) == [200] + [401] * (AT_ONCE - 1)
    # Those that sync do not count at all.
    cloud = await add_passkey(ada, Authenticator(counts=False))
    begun = [await asked(server) for _ in range(4)]
    answers = await asyncio.gather(*(log_in(server, cloud, each) for each in begun))
    assert [each.status_code for each in answers] == [200] * 4
    assert_refused(await log_in(server, key, counter=0), 401, "passkey_refused")


@pytest.mark.databases("sqlite")
async def test_challenges_end(server: RunningServer) -> None:
    ada = await server.register()
    key = await add_passkey(ada)
    late = await asked(server)
    await on_rows(server, update(_challenge).values(expires_at=utc_now()))
    assert_refused(await log_in(server, key, late), 401, "passkey_refused")
    begun = await creation(ada)
    wrong = begun | {"options": late["options"]}
    assert_refused(await log_in(server, key, wrong), 401, "passkey_refused")
    database = server.app.state.services.database
    while await database.write(purge_challenges, utc_now()):
        pass
    ((left, kept),) = await on_rows(server, select(_challenge.c.purpose, _challenge.c.hash))
    assert left == "register" and begun["challenge_id"].encode() not in kept


@pytest.mark.databases("sqlite")
async def test_guessing_is_counted(start_server: StartServer) -> None:
    server = await start_server(public_url=SITE, login_rate_limit_per_minute=4)
    ada = await server.register()
    key = await add_passkey(ada)
    for _ in range(3):
        assert_refused(await log_in(server, key, signature=b"x"), 401, "passkey_refused")
    assert_refused(await log_in(server, key), 429, "rate_limited")


@pytest.mark.databases("sqlite")
async def test_where_browsers_have_none(start_server: StartServer) -> None:
    """Without an address of its own a server knows `localhost` alone."""
    server = await start_server()
    ada = await server.register()
    assert (await server.http.get("/auth/options")).json()["passkeys"] is False
    path = "/auth/login/passkey/options"
    for answer in (await server.http.post(path), await ada.post("/auth/passkeys/options")):
        assert_refused(answer, 409, "passkeys_unavailable")
    local = {"Host": "localhost:5173"}
    assert (await server.http.get("/auth/options", headers=local)).json()["passkeys"] is True
    options = (await server.http.post(path, headers=local)).json()["options"]
    assert options["rpId"] == "localhost"


def test_sites() -> None:
    assert site_of("https://Chat.Example.com/", "x") == Site("chat.example.com", SITE)
    assert site_of("https://chat.example.com:443", None) == Site("chat.example.com", SITE)
    own_port = Site("chat.example.com", SITE + ":8443")
    assert site_of("https://chat.example.com:8443/chat", None) == own_port
    for nowhere in ("http://chat.example.com", "https://192.0.2.1", "https://[2001:db8::1]"):
        assert site_of(nowhere, "localhost") is None
    local = Site("localhost", None)
    assert site_of("http://localhost:8000", "x") == site_of("", "localhost") == local
    assert site_of("", "chat.example.com") is None and site_of("", None) is None
    assert local.has("http://localhost:5173") and local.has("https://localhost")
    for other in ("http://localhost.evil.example", "http://localhost:1/x", "null", "", None, 1):
        assert not local.has(other)
