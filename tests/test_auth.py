"""Accounts: who can be registered, who gets in, and who gets nowhere."""

import asyncio
import secrets
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import Connection, update

from app.database import table_of
from app.models import User
from tests.conftest import StartServer
from tests.faults.watching import eventually
from tests.support.refusals import assert_refused, last_words
from tests.support.server import PASSWORD, RunningServer
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

_user = table_of(User)


def unique(text: str = "user") -> str:
    return f"{text}{secrets.token_hex(6)}"


async def register(server: RunningServer, **changes: Any) -> httpx2.Response:
    name = unique()
    body = {"username": name, "email": f"{name}@example.com", "password": PASSWORD} | changes
    return await server.http.post("/auth/register", json=body)


async def log_in(server: RunningServer, name: str, password: str = PASSWORD) -> httpx2.Response:
    body = {"username_or_email": name, "password": password}
    return await server.http.post("/auth/login", json=body)


async def test_registering_logging_in_and_looking(server: RunningServer) -> None:
    name = unique("Ada-")
    answer = await register(server, username=name, email=f"{name}@example.com")
    account = answer.json()
    assert answer.status_code == 201
    assert set(account) == {"id", "username", "email", "created_at"}
    assert account["username"] == name and account["email"] == f"{name}@example.com"
    assert account["created_at"].endswith("Z")
    created_at = datetime.fromisoformat(account["created_at"])
    assert abs(datetime.now(created_at.tzinfo) - created_at) < timedelta(minutes=1)

    answer = await log_in(server, name)
    token = answer.json()
    assert answer.status_code == 200
    assert set(token) == {
        *("access_token", "token_type", "expires_in"),
        *("refresh_token", "refresh_expires_in"),
    }
    assert (token["token_type"], token["expires_in"]) == ("bearer", 3600)
    assert token["refresh_expires_in"] == 30 * 24 * 3600

    headers = {"Authorization": f"bearer {token['access_token']}"}
    answer = await server.http.get("/auth/me", headers=headers)
    assert answer.status_code == 200
    more = {"has_config": False, "can_chat": False, "default_model": None}
    chosen = ("default_model_id", "title_model_id", "custom_instructions")
    counted = ("default_model_left", "default_model_daily")
    more |= dict.fromkeys((*chosen, *counted)) | {"default_model_is_demo": False}
    account |= {"role": "user", "email_verified": False, "second_factor_needed": False}
    account |= {"has_password": True}
    more |= dict.fromkeys(("display_name", "avatar", "pending_email"))
    files = {"attachments_max_bytes": 20 * 1024 * 1024, "shares": "on", "shares_expire_days": 30}
    assert answer.json() == account | more | files


async def test_bounds(server: RunningServer) -> None:
    tail = secrets.token_hex(8)
    good: list[dict[str, Any]] = [
        {"username": "张三丰"},
        {"username": tail.ljust(50, "x")},
        {"username": "张" * 33 + tail},
        {"email": f"{tail}@" + "x" * 60 + ".example.com"},
        {"email": f"o'brien+{tail}@sub.example.co.uk"},
        {"email": f" trimmed-{tail}@example.com "},
        {"email": f"{tail}@corp.local"},
        {"email": f"{tail}@intranet"},
        {"email": f"{tail}@localhost"},
        {"email": f"{tail}@mail.internal"},
        {"email": f"jürgen-{tail}@例子.测试"},
        {"email": f"用户{tail}@corp.local"},
        {"password": "7h2-xk9q"},
        {"password": "p" * 128},
        {"password": "        "},
        {"password": "nul\0inside"},
    ]
    for changes in good:
        answer = await register(server, **changes)
        assert answer.status_code == 201, answer.text
    bad: list[dict[str, Any]] = [
        {"username": "ab"},
        {"username": "x" * 51},
        {"username": ""},
        {"username": None},
        {"email": "nobody"},
        {"email": "no body@example.com"},
        {"email": f"{tail}@[127.0.0.1]"},
        {"email": f"{tail}@corp..local"},
        {"email": f"{tail}@-corp.local"},
        {"email": "@example.com"},
        {"email": f"Ada <{tail}@example.com>"},
        {"email": f"{'㌀' * 40}@example.com"},  # as the key of the account: 492 bytes
        {"email": f"{tail}@" + "x" * 60 + "." + "y" * 30 + ".example.com"},
        {"password": "1234567"},
        {"password": "p" * 129},
        {"password": 12345678},
    ]
    for changes in bad:
        assert_refused(await register(server, **changes), 422, "invalid_input")


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"username": "ab"}, "username 至少 3 个字符"),
        ({"username": "x" * 51}, "username 最多 50 个字符"),
        ({"email": "x@" + "y." * 50 + "example.com"}, "email 最多 100 个字符"),
        ({"password": "1234567"}, "password 至少 8 个字符"),
    ],
)
async def test_a_bound_that_is_missed_is_named(
    server: RunningServer, changes: dict[str, Any], told: str
) -> None:
    answer = await register(server, **changes)
    assert told in answer.json()["detail"]
    field, _, message = told.partition(" ")
    assert answer.json()["fields"] == [{"field": field, "message": message}]


async def test_an_address_of_an_intranet_logs_in_in_any_spelling(server: RunningServer) -> None:
    tail = secrets.token_hex(8)
    answer = await register(server, email=f"{tail}@Corp.LOCAL")
    assert answer.json()["email"] == f"{tail}@corp.local"
    for spelling in (f"{tail}@corp.local", f" {tail.upper()}@CORP.local "):
        assert (await log_in(server, spelling)).status_code == 200


async def test_one_name_belongs_to_one_person(server: RunningServer) -> None:
    name = unique("straße-é")
    assert (await register(server, username=name, email=f"{name}@example.com")).status_code == 201
    for twin in (
        name,
        name.upper(),
        name.replace("straße", "STRASSE"),
        name.replace("straße", "ｓtraße"),
        name.replace("é", "e\u0301"),
    ):
        assert_refused(await register(server, username=twin), 409, "username_taken")
        email = f"{twin}@example.com"
        assert_refused(await register(server, email=email), 409, "email_taken")
    for twin in (name + " ", name + "\u200b", f"{name}\0", name + "@", "a  b", "\u202eadmin"):
        answer = await register(server, username=twin)
        expected = "invalid_input" if "\0" in twin else "invalid_username"
        assert_refused(answer, 422, expected)
    for other in (name.replace("é", "e"), name + "🍣", name + "🍺", name + "é"):
        answer = await register(server, username=other)
        assert answer.status_code == 201, answer.text
    assert_refused(await register(server, username=name + "🍣"), 409, "username_taken")


async def test_of_many_at_once_one_gets_the_name(server: RunningServer) -> None:
    name = unique()
    answers = await asyncio.gather(*(register(server, username=name) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    email = f"{unique()}@example.com"
    answers = await asyncio.gather(*(register(server, email=email) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7


@pytest.mark.databases("sqlite")
async def test_every_character_of_a_password_counts(server: RunningServer) -> None:
    name = unique()
    password = "🍣" * 128
    assert (await register(server, username=name, password=password)).status_code == 201
    assert (await log_in(server, name, password)).status_code == 200
    for wrong in (
        "🍣" * 127 + "🍺",
        "🍣" * 127,
        "🍺" + "🍣" * 127,
        password[:18],
    ):
        assert_refused(await log_in(server, name, wrong), 401, "invalid_credentials")
    assert_refused(await log_in(server, name, "🍣" * 129), 422, "invalid_input")

    name, password = unique(), "before\0after"
    assert (await register(server, username=name, password=password)).status_code == 201
    assert (await log_in(server, name, password)).status_code == 200
    for wrong in ("before\0other", "before", "before\0"):
        assert_refused(await log_in(server, name, wrong), 401, "invalid_credentials")


async def test_logging_in_by_name_and_by_email_in_any_case(server: RunningServer) -> None:
    name = unique("Zoë")
    email = f"Zoe.{unique()}@Example.COM"
    assert (await register(server, username=name, email=email)).status_code == 201
    for spelling in (name, name.upper(), email, email.lower(), email.upper(), f" {email} "):
        answer = await log_in(server, spelling)
        assert answer.status_code == 200, spelling
    name = unique()
    assert (await register(server, email=f"{name}@xn--r8jz45g.jp")).status_code == 201
    for spelling in (f"{name}@xn--r8jz45g.jp", f"{name}@例え.jp", f"{name}@例え。JP"):
        answer = await log_in(server, spelling)
        assert answer.status_code == 200, spelling


@pytest.mark.databases("sqlite")
async def test_a_failed_login_does_not_say_why(server: RunningServer) -> None:
    ada = await server.register()
    eve = await server.register()
    await server.app.state.services.accounts.set_enabled(eve.name, False)
    answers = [
        await log_in(server, ada.name, "wrong password"),
        await log_in(server, unique(), PASSWORD),
        await log_in(server, f"{unique()}@example.com", PASSWORD),
        await log_in(server, "a'; DROP TABLE user; --", PASSWORD),
        await log_in(server, eve.name),
    ]
    for answer in answers:
        assert_refused(answer, 401, "invalid_credentials")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert len({answer.content for answer in answers}) == 1


async def test_a_disabled_user_is_out_everywhere(server: RunningServer) -> None:
    ada, bob = await server.register(), await server.register()
    conversation, other = await ada.conversation(), await bob.conversation()
    async with ada.socket(conversation) as socket, bob.socket(other) as bystander:
        assert await server.app.state.services.accounts.set_enabled(ada.name.upper(), False)
        events, code = await last_words(socket.connection)
        assert ([event["code"] for event in events], code) == (["invalid_token"], 4401)
        await bystander.send(type="ping")
        assert await bystander.receive() == {"type": "pong"}
    path = f"/conversations/{conversation}"
    for method, url in [
        ("GET", "/auth/me"),
        ("GET", "/auth/config"),
        ("GET", "/conversations"),
        ("POST", "/conversations"),
        ("GET", path),
        ("DELETE", path),
        ("GET", f"{path}/messages"),
        ("POST", f"{path}/stop"),
        ("GET", f"{path}/stream"),
    ]:
        assert_refused(await ada.request(method, url), 401, "invalid_token")
    assert_refused(await ada.say(conversation, "hello"), 401, "invalid_token")
    async with ada.socket(conversation) as socket:
        assert (await last_words(socket.connection))[1] == 4401
    # Let in again is who knows the password, not who holds a token from before.
    assert await server.app.state.services.accounts.set_enabled(ada.name, True)
    assert_refused(await ada.get(path), 401, "invalid_token")
    body = {"refresh_token": ada.refresh_token}
    answer = await server.http.post("/auth/refresh", json=body)
    assert_refused(answer, 401, "invalid_token")
    again = await server.log_in(ada.name, PASSWORD)
    assert (await again.get(path)).status_code == 200


@pytest.mark.databases("sqlite")
async def test_closed_registration(start_server: StartServer) -> None:
    server = await start_server(registration="closed")
    assert_refused(await register(server), 403, "registration_closed")


async def test_replies_of_a_disabled_user_are_stopped(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "slow")
    conversation = await ada.conversation()
    async with ada.socket(conversation) as socket:
        await socket.send(type="message", content="one two three " * 1000)
        await socket.until("chunk")
    accounts = server.app.state.services.accounts
    assert await accounts.set_enabled(ada.name, False)
    await upstream.left_early()
    assert await accounts.set_enabled(ada.name, True)
    again = await server.log_in(ada.name, PASSWORD)

    async def is_stopped() -> bool:
        _, reply = await again.messages(conversation)
        return bool(reply["status"] == "stopped")

    await eventually(is_stopped)


BROKEN_HASHES = ["", "!!", "x", "$2b$", "$2b$12$", "$2b$99$" + "a" * 53, "$2b$04$" + "a" * 53]
BROKEN_HASHES += ["$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA", "$2b$04$" + "🍣" * 10, "\n"]


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("broken", BROKEN_HASHES)
async def test_a_stored_hash_that_is_none_lets_nobody_in(
    server: RunningServer, broken: str
) -> None:
    ada = await server.register()

    def spoil(connection: Connection) -> None:
        values = {"password_hash": broken}
        connection.execute(update(_user).where(_user.c.id == ada.id).values(**values))

    await server.app.state.services.database.write(spoil)
    assert_refused(await log_in(server, ada.name), 401, "invalid_credentials")
    change = {"old_password": PASSWORD, "new_password": "another long password"}
    assert_refused(await ada.request("PUT", "/auth/password", json=change), 403, "wrong_password")
