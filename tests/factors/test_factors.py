"""Second factors: set up, asked for at each login, given once, taken away."""

import asyncio
import base64
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import Connection, Engine, event, select, update

from app.database import table_of
from app.models import LoginSession, RecoveryCode, SecondStep, Totp, User, utc_now
from app.services.auth.totp import steps_of
from app.services.upkeep.purge import purge_second_steps
from tests.conftest import StartServer
from tests.support.backups import backup, command, done, restore
from tests.support.cli_process import run
from tests.support.factors import Factor, first_step, second_step, set_up, ticket_of
from tests.support.refusals import assert_refused
from tests.support.server import ENCRYPTION_KEY, PASSWORD, Person, RunningServer, running_server
from tests.support.upstream import ScriptedUpstream

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]

WRONG = "000000x"
TICKET = {"detail", "code", "second_factor", "second_factor_kinds"}
_session = table_of(LoginSession)
_totp = table_of(Totp)
_code = table_of(RecoveryCode)
_step = table_of(SecondStep)
_user = table_of(User)


async def on_rows(server: RunningServer, statement: Any) -> Any:
    """What a statement finds or changes in the database."""

    def work(connection: Connection) -> Any:
        result = connection.execute(statement)
        return result.all() if result.returns_rows else None

    return await server.app.state.services.database.write(work)


async def make_older(server: RunningServer, person: Person) -> None:
    at = datetime.now(UTC) - timedelta(minutes=16)
    its = update(_session).where(_session.c.user_id == person.id)
    await on_rows(server, its.values(created_at=at, confirmed_at=None))


async def actions(person: Person) -> list[tuple[str, str]]:
    """The person's activity, the oldest first; what was refused is written a little later."""
    await person.server.app.state.services.audit._attempt(everything=True)
    events = (await person.get("/auth/audit")).json()["events"]
    return [(event["action"], event["outcome"]) for event in reversed(events)]


def in_as(answer: Any, person: Person) -> Person:
    """The person in the session that an answer of a login began."""
    assert answer.status_code == 200, answer.text
    token = answer.json()
    assert set(token) == {
        "access_token",
        "token_type",
        "expires_in",
        "refresh_token",
        "refresh_expires_in",
    }
    new = {"token": token["access_token"], "refresh_token": token["refresh_token"]}
    return replace(person, **new)


async def test_set_up_logged_in_with_and_turned_off(server: RunningServer) -> None:
    ada = await server.register()
    other = await server.log_in(ada.name, PASSWORD)
    nothing = {"totp": False, "passkeys": 0, "recovery_codes_left": 0, "required": False}
    assert (await ada.get("/auth/factors")).json() == nothing
    assert_refused(
        await ada.post("/auth/totp/confirm", json={"code": "123456"}), 404, "factor_not_found"
    )
    begun = (await ada.post("/auth/totp")).json()
    assert re.fullmatch("[A-Z2-7]{32}", begun["secret"])
    uri = urlsplit(begun["uri"])
    assert (uri.scheme, uri.netloc, uri.path) == ("otpauth", "totp", f"/chat-backend:{ada.name}")
    assert parse_qs(uri.query) == {"secret": [begun["secret"]], "issuer": ["chat-backend"]}
    assert begun["qr"]["size"] > 30
    assert re.fullmatch(r"(M\d+ \d+h\d+v1h-\d+z)+", begun["qr"]["path"])
    # Until a code was given, nothing is asked for.
    await server.log_in(ada.name, PASSWORD)
    wrong = await ada.post("/auth/totp/confirm", json={"code": WRONG})
    assert_refused(wrong, 403, "wrong_code")

    factor = await set_up(ada)  # another seed takes the place of the one that was not confirmed
    assert factor.secret != begun["secret"]
    assert len(set(factor.recovery_codes)) == 10
    assert all(re.fullmatch("[a-z2-7]{6}(-[a-z2-7]{6}){3}", code) for code in factor.recovery_codes)
    has = {"totp": True, "passkeys": 0, "recovery_codes_left": 10, "required": False}
    assert (await other.get("/auth/factors")).json() == has
    assert_refused(await ada.post("/auth/totp"), 409, "factor_exists")
    confirm = await ada.post("/auth/totp/confirm", json={"code": factor.code()})
    assert_refused(confirm, 409, "factor_exists")

    first = await first_step(server, ada)
    body = first.json()
    assert (first.status_code, set(body)) == (401, TICKET)
    assert body["code"] == "second_factor_required"
    assert "set-cookie" not in first.headers
    wrong = await first_step(server, ada, "not the password")
    assert_refused(wrong, 401, "invalid_credentials")
    ticket = body["second_factor"]
    # The code that confirmed it is used up.
    assert_refused(await second_step(server, ticket, code=factor.code()), 403, "wrong_code")
    answer = await second_step(
        server, ticket, code=f" {(await factor.fresh())[:3]} {factor.code()[3:]}"
    )
    again = in_as(answer, ada)
    assert "refresh" in answer.headers["set-cookie"].lower()
    assert (await again.get("/auth/me")).json()["username"] == ada.name
    assert (await again.refresh()).session_id == again.session_id
    assert_refused(
        await second_step(server, ticket, code=await factor.fresh()), 401, "second_step_over"
    )

    ticket = await ticket_of(server, ada)
    given = factor.recovery_codes[0].upper().replace("-", " ")
    in_as(await second_step(server, ticket, recovery_code=given), ada)
    ticket = await ticket_of(server, ada)
    used = await second_step(server, ticket, recovery_code=factor.recovery_codes[0])
    assert_refused(used, 403, "wrong_code")
    assert (await ada.get("/auth/factors")).json()["recovery_codes_left"] == 9
    new = (await ada.post("/auth/recovery-codes")).json()["recovery_codes"]
    old = await second_step(server, ticket, recovery_code=factor.recovery_codes[1])
    assert_refused(old, 403, "wrong_code")

    assert (await ada.request("DELETE", "/auth/totp")).status_code == 204
    assert_refused(await ada.request("DELETE", "/auth/totp"), 404, "factor_not_found")
    assert_refused(await ada.post("/auth/recovery-codes"), 404, "factor_not_found")
    # With it goes what was begun with it.
    over = await second_step(server, ticket, recovery_code=new[0])
    assert_refused(over, 401, "second_step_over")
    assert (await other.get("/auth/factors")).json() == nothing
    await server.log_in(ada.name, PASSWORD)
    told = [action for action in await actions(ada) if action[0] not in ("login", "rate_limited")]
    assert [action for action in told if action[1] == "ok"] == [
        ("account_created", "ok"),
        ("second_factor_added", "ok"),
        ("recovery_code_used", "ok"),
        ("recovery_codes_made", "ok"),
        ("second_factor_removed", "ok"),
    ]
    assert ("second_step", "refused") in told


async def test_what_is_kept_tells_nobody_a_code(server: RunningServer) -> None:
    ada = await server.register()
    factor = await set_up(ada)
    ticket = await ticket_of(server, ada)
    (row,) = await on_rows(server, select(_totp).where(_totp.c.user_id == ada.id))
    assert factor.secret not in row.seed
    vault = server.app.state.services.vault
    assert vault.open(ada.id, "totp", row.seed) == factor.secret
    codes = await on_rows(server, select(_code.c.hash).where(_code.c.user_id == ada.id))
    steps = await on_rows(server, select(_step.c.hash).where(_step.c.user_id == ada.id))
    assert {len(row.hash) for row in [*codes, *steps]} == {32}
    kept = repr([*codes, *steps])
    assert ticket not in kept and not any(code in kept for code in factor.recovery_codes)


@pytest.mark.parametrize(
    "method, path",
    [("POST", "/auth/totp"), ("DELETE", "/auth/totp"), ("POST", "/auth/recovery-codes")],
)
async def test_changes_want_a_recent_login(server: RunningServer, method: str, path: str) -> None:
    ada = await server.register()
    factor = await set_up(ada)
    if path == "/auth/totp" and method == "POST":
        await ada.request("DELETE", "/auth/totp")
    await make_older(server, ada)
    assert_refused(await ada.request(method, path), 403, "login_too_old")
    body = {"password": PASSWORD}
    if method == "DELETE":
        assert_refused(await ada.post("/auth/reauthenticate", json=body), 403, "code_required")
        wrong = await ada.post("/auth/reauthenticate", json=body | {"code": WRONG})
        assert_refused(wrong, 403, "wrong_code")
        mistyped = {"password": "not the password", "code": await factor.fresh()}
        assert_refused(await ada.post("/auth/reauthenticate", json=mistyped), 403, "wrong_password")
        assert_refused(await ada.request(method, path), 403, "login_too_old")
        body["code"] = factor.code()  # a wrong password has used none up
    elif path == "/auth/recovery-codes":
        body["recovery_code"] = factor.recovery_codes[0]
    assert (await ada.post("/auth/reauthenticate", json=body)).status_code == 204
    assert (await ada.request(method, path)).is_success


async def test_tickets_end(server: RunningServer) -> None:
    """By time, by a new password, by being disabled; and upkeep removes them."""
    ada = await server.register()
    code = (await set_up(ada)).recovery_codes[0]
    late, changed, unknown = await ticket_of(server, ada), "", "x" * 43
    its = update(_step).where(_step.c.user_id == ada.id)
    await on_rows(server, its.values(expires_at=utc_now()))
    for ticket in (late, unknown):
        refused = await second_step(server, ticket, recovery_code=code)
        assert_refused(refused, 401, "second_step_over")
    changed = await ticket_of(server, ada)
    new = {"old_password": PASSWORD, "new_password": PASSWORD + "!"}
    assert (await ada.request("PUT", "/auth/password", json=new)).status_code == 204
    refused = await second_step(server, changed, recovery_code=code)
    assert_refused(refused, 401, "second_step_over")
    last = await ticket_of(server, ada, PASSWORD + "!")
    accounts = server.app.state.services.accounts
    assert await accounts.set_enabled(ada.name, False)
    assert_refused(await second_step(server, last, recovery_code=code), 401, "second_step_over")
    assert await accounts.set_enabled(ada.name, True)
    await ticket_of(server, ada, PASSWORD + "!")
    await on_rows(server, its.values(expires_at=utc_now() - timedelta(hours=2)))
    database = server.app.state.services.database
    while await database.write(purge_second_steps, utc_now() - timedelta(hours=1)):
        pass
    assert not await on_rows(server, select(_step).where(_step.c.user_id == ada.id))


async def test_a_new_password_by_a_link_leaves_the_second_factor(server: RunningServer) -> None:
    ada = await server.register()
    factor = await set_up(ada)
    token = await server.app.state.services.passwords.make_reset(ada.name)
    new = {"token": token, "new_password": "another horse battery"}
    assert (await server.http.post("/auth/password/reset", json=new)).status_code == 204
    ticket = await ticket_of(server, ada, "another horse battery")
    in_as(await second_step(server, ticket, code=await factor.fresh()), ada)


async def test_guessing_is_counted(start_server: StartServer) -> None:
    server = await start_server(login_rate_limit_per_minute=5)
    ada = await server.register()
    factor = await set_up(ada)
    ticket = await ticket_of(server, ada)
    # All logins of an address have one budget, whichever of their steps it is.
    for _ in range(3):
        assert_refused(await second_step(server, ticket, code=WRONG), 403, "wrong_code")
    limited = await second_step(server, ticket, code=await factor.fresh())
    assert_refused(limited, 429, "rate_limited")


async def test_guessing_is_counted_from_everywhere(start_server: StartServer) -> None:
    server = await start_server(trusted_proxies="127.0.0.1")
    ada = await server.register()
    factor = await set_up(ada)
    ticket = await ticket_of(server, ada)

    async def attempt(number: int, code: str) -> Any:
        headers = {"X-Forwarded-For": f"198.51.{number}.7"}
        body = {"ticket": ticket, "code": code}
        return await server.http.post("/auth/login/second", json=body, headers=headers)

    for number in range(60):
        assert_refused(await attempt(number, WRONG), 403, "wrong_code")
    assert_refused(await attempt(77, await factor.fresh()), 429, "rate_limited")


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []

    def note(connection: Connection, cursor: Any, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield sent
    event.remove(Engine, "before_cursor_execute", note)


async def test_a_login_without_one_asks_for_nothing_more(
    server: RunningServer, statements: list[str]
) -> None:
    ada = await server.register()
    statements.clear()
    await server.log_in(ada.name, PASSWORD)
    await ada.get("/auth/me")
    about = ("totp", "recovery_code", "second_step")
    assert statements
    assert not [text for text in statements if any(table in text for table in about)]


async def test_required_lets_nobody_do_more_than_set_one_up(
    start_server: StartServer, upstream: ScriptedUpstream
) -> None:
    free = await start_server()
    ada = await free.person_with_model(upstream.url)
    conversation = await ada.conversation()
    key = (await ada.post("/auth/keys", json={"name": "agent"})).json()["key"]
    bearer = {"Authorization": f"Bearer {key}"}
    ticket = (await ada.post("/auth/ws-ticket")).json()["ticket"]
    strict = await start_server(mfa="required")
    ada = replace(ada, server=strict)
    assert (await ada.get("/auth/me")).json()["second_factor_needed"] is True
    assert (await ada.get("/auth/factors")).json()["required"] is True
    for method, path, body in (
        ("GET", "/conversations", None),
        ("GET", f"/conversations/{conversation}/messages", None),
        ("POST", f"/conversations/{conversation}/messages", {"content": "hello"}),
        ("PATCH", "/auth/me", {}),
        ("POST", "/auth/keys", {"name": "another"}),
        ("POST", "/auth/ws-ticket", None),
        ("POST", "/export/ticket", None),
        ("GET", "/models", None),
    ):
        refused = await ada.request(method, path, json=body)
        if refused.status_code != 404:
            assert_refused(refused, 403, "second_factor_needed")
    for token in (None, ticket):
        async with ada.socket(conversation, token=token) as socket:
            assert (await socket.receive())["code"] == "second_factor_needed"
    asked = await strict.http.get("/v1/models", headers=bearer)
    assert (asked.status_code, asked.json()["error"]["code"]) == (403, "second_factor_needed")
    assert (await ada.post("/auth/reauthenticate", json={"password": PASSWORD})).is_success
    await set_up(ada)
    assert (await ada.get("/auth/me")).json()["second_factor_needed"] is False
    assert (await ada.get("/conversations")).status_code == 200
    assert (await strict.http.get("/v1/models", headers=bearer)).status_code == 200
    assert (await ada.request("DELETE", "/auth/totp")).status_code == 204
    assert_refused(await ada.get("/conversations"), 403, "second_factor_needed")
    assert (await ada.post("/auth/logout")).status_code == 204


async def test_the_terminal_asks_for_the_code(
    server: RunningServer, upstream: ScriptedUpstream, tmp_path: Any
) -> None:
    ada = await server.person_with_model(upstream.url)
    factor = await set_up(ada)
    url = f"http://127.0.0.1:{server.port}"
    who = {"CHAT_USER": ada.name, "CHAT_PASSWORD": PASSWORD, "LANG": "en_GB.UTF-8"}

    def chat(*typed: str) -> Any:
        lines = "".join(f"{line}\n" for line in typed)
        return run(tmp_path, "chat", "--url", url, "--message", "hi", typed=lines, **who)

    ended = await asyncio.to_thread(chat, WRONG, await factor.fresh())
    assert (ended.returncode, ended.stdout.strip()) == (0, "You said: hi"), ended.stderr
    assert "was used before" in ended.stderr
    ended = await asyncio.to_thread(chat, factor.recovery_codes[0])
    assert (ended.returncode, ended.stdout.strip()) == (0, "You said: hi"), ended.stderr


async def test_seeds_are_encrypted_anew_with_the_keys(tmp_path: Any) -> None:
    url = f"sqlite:///{tmp_path / 'chat.db'}"
    new = base64.b64encode(b"9" * 32).decode()
    async with running_server(database_url=url) as server:
        ada = await server.register()
        factor = await set_up(ada)

    def rotate() -> str:
        both = {"ENCRYPTION_KEY": f"{new},{ENCRYPTION_KEY}"}
        return done(command(tmp_path, url, "rotate-keys", **both))

    assert (await asyncio.to_thread(rotate)).startswith("1 ")
    async with running_server(database_url=url, encryption_key=new) as server:
        factor.person = ada = replace(ada, server=server)
        ticket = await ticket_of(server, ada)
        in_as(await second_step(server, ticket, code=await factor.fresh()), ada)


async def test_the_operator_takes_one_away(tmp_path: Any) -> None:
    url = f"sqlite:///{tmp_path / 'chat.db'}"

    def reset(name: str) -> Any:
        return command(tmp_path, url, "user", "reset-mfa", name)

    async with running_server(database_url=url) as server:
        ada = await server.register("ada lovelace")
        await set_up(ada)
        said = done(await asyncio.to_thread(reset, "ADA Lovelace"))
        assert "gone" in said
        assert_refused(await ada.get("/auth/me"), 401, "invalid_token")
        again = await server.log_in(ada.name, PASSWORD)
        assert ("second_factor_reset", "ok") in await actions(again)
        for name, words in (("ada lovelace", "no second factor"), ("nobody", "no account")):
            ended = await asyncio.to_thread(reset, name)
            assert ended.returncode == 1 and words in ended.stderr


async def test_a_restore_brings_no_code_back(tmp_path: Any) -> None:
    url, file = f"sqlite:///{tmp_path / 'chat.db'}", tmp_path / "a.backup"
    async with running_server(database_url=url) as server:
        ada = await server.register()
        factor = await set_up(ada)
        ticket = await ticket_of(server, ada)
        await factor.as_if_later()
        await asyncio.to_thread(backup, url, file)
    await asyncio.to_thread(restore, url, file)
    async with running_server(database_url=url) as server:
        over = await second_step(server, ticket, code=factor.code())
        assert_refused(over, 401, "second_step_over")
        ticket = await ticket_of(server, ada)
        assert_refused(await second_step(server, ticket, code=factor.code()), 403, "wrong_code")
        lost = await second_step(server, ticket, recovery_code=factor.recovery_codes[0])
        assert_refused(lost, 403, "wrong_code")
        factor = Factor(replace(ada, server=server), factor.secret, [])
        in_as(await second_step(server, ticket, code=await factor.fresh()), ada)


async def test_the_release_before_lets_nobody_in_by_the_password_alone(
    server: RunningServer,
) -> None:
    """It takes what is stored for no hash. What a new password by it leaves is mended here."""
    ada = await server.register()
    factor = await set_up(ada)
    mine = select(_user.c.password_hash).where(_user.c.id == ada.id)
    ((stored,),) = await on_rows(server, mine)
    mark, hash = stored[:4], stored[4:]
    assert mark == "2fa:" and hash.startswith("$2b$")
    await on_rows(server, update(_user).where(_user.c.id == ada.id).values(password_hash=hash))
    ticket = await ticket_of(server, ada)
    in_as(await second_step(server, ticket, code=await factor.fresh()), ada)
    ((stored,),) = await on_rows(server, mine)
    assert stored.startswith("2fa:$2b$")
    await ada.request("DELETE", "/auth/totp")
    ((stored,),) = await on_rows(server, mine)
    assert stored.startswith("$2b$")


def test_codes_of_the_steps_around_now() -> None:
    """The last three of RFC 6238's own, with six digits."""
    seed, at = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", datetime.fromtimestamp(1111111109, UTC)
    step = 1111111109 // 30
    assert steps_of(seed, "081804", at) == [step]
    for seconds, found in ((30, [step]), (-59, [step]), (31, []), (-60, [])):
        assert steps_of(seed, "081804", at + timedelta(seconds=seconds)) == found, seconds
    assert steps_of(seed, "050471", datetime.fromtimestamp(1111111111, UTC)) == [step + 1]
    for wrong in ("", "81804", "0818041", "٠٨١٨٠٤", "08180４"):
        assert steps_of(seed, wrong, at) == []
