"""Whose an e-mail address is, shown by a link that is sent to it; how another takes its place."""

import re
import secrets
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import Connection, update

from app.database import table_of
from app.models import EmailChange, EmailVerification, utc_now
from app.services.emails.rows import purge_links
from tests.auth.test_forgotten_password import PUBLIC, email_of, forget, mailing, mails
from tests.conftest import StartServer
from tests.support.refusals import assert_refused
from tests.support.server import PASSWORD, Person, RunningServer
from tests.support.smtp import MailServer

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]
__all__ = ["mails"]

TABLES = (table_of(EmailVerification), table_of(EmailChange))


async def link_in(mails: MailServer, page: str) -> tuple[str, str, str]:
    """To whom the next mail goes, the token of the link in it, and its text."""
    recipient, mail = await mails.mail()
    text = mail.get_content()
    (token,) = re.findall(rf"^{PUBLIC}/{page}#(\S+)\s*$", text, re.MULTILINE)
    return recipient, token, text


async def post(server: RunningServer, path: str, token: str) -> httpx2.Response:
    return await server.http.post(f"/auth/email/{path}", json={"token": token})


async def log_in(server: RunningServer, name: str, password: str = PASSWORD) -> httpx2.Response:
    body = {"username_or_email": name, "password": password}
    return await server.http.post("/auth/login", json=body)


async def register(server: RunningServer) -> tuple[str, str]:
    name = f"new-{secrets.token_hex(6)}"
    body = {"username": name, "email": f"{name}@example.com", "password": PASSWORD}
    answer = await server.http.post("/auth/register", json=body)
    assert answer.status_code == 201, answer.text
    return name, body["email"]


async def make_expired(server: RunningServer) -> None:
    def change(connection: Connection) -> None:
        for table in TABLES:
            connection.execute(update(table).values(expires_at=utc_now() - timedelta(seconds=1)))

    await server.app.state.services.database.write(change)


async def test_an_address_is_confirmed_before_the_first_login(
    start_server: StartServer, mails: MailServer
) -> None:
    server = await start_server(**mailing(mails), require_verified_email=True)
    assert (await server.http.get("/auth/options")).json()["email_verification"] is True
    name, email = await register(server)
    assert_refused(await log_in(server, name, "not the password"), 401, "invalid_credentials")
    assert mails.is_empty
    assert_refused(await log_in(server, name), 403, "email_unverified")
    recipient, first, text = await link_in(mails, "verify")
    assert recipient == email and name in text
    # Whoever knows the password asks again, three times an hour at most.
    body = {"username_or_email": name, "password": PASSWORD}
    asked = await server.http.post("/auth/email/verification", json=body)
    assert (asked.status_code, asked.content) == (202, b"")
    _, second, _ = await link_in(mails, "verify")
    assert (await server.http.post("/auth/email/verification", json=body)).status_code == 202
    _, third, _ = await link_in(mails, "verify")
    assert (await server.http.post("/auth/email/verification", json=body)).status_code == 202
    assert_refused(await log_in(server, name), 403, "email_unverified")
    wrong = body | {"password": "not the password"}
    refused = await server.http.post("/auth/email/verification", json=wrong)
    assert_refused(refused, 401, "invalid_credentials")

    for token in (first, second, "x", "x" * 200):
        assert_refused(await post(server, "verify", token), 422, "invalid_email_link")
    assert (await post(server, "verify", third)).status_code == 204
    assert_refused(await post(server, "verify", third), 422, "invalid_email_link")
    answer = await log_in(server, name)
    assert answer.status_code == 200
    ada = await server.log_in(name, PASSWORD)
    assert (await ada.get("/auth/me")).json()["email_verified"] is True
    assert (await ada.post("/auth/email/verification")).status_code == 202
    assert mails.is_empty
    events = (await ada.get("/auth/audit")).json()["events"]
    assert "email_verified" in [event["action"] for event in events]


async def test_only_new_logins_want_it(start_server: StartServer, mails: MailServer) -> None:
    before = await start_server(**mailing(mails))
    ada = await before.register()
    server = await start_server(**mailing(mails), require_verified_email=True)
    assert (await ada.get("/auth/me")).json()["email_verified"] is False
    assert_refused(await log_in(server, ada.name), 403, "email_unverified")
    _, token, _ = await link_in(mails, "verify")
    await make_expired(server)
    assert_refused(await post(server, "verify", token), 422, "invalid_email_link")
    assert (await ada.post("/auth/email/verification")).status_code == 202  # logged in
    _, token, _ = await link_in(mails, "verify")
    await server.app.state.services.accounts.set_enabled(ada.name, False)
    assert_refused(await post(server, "verify", token), 422, "invalid_email_link")
    await server.app.state.services.accounts.set_enabled(ada.name, True)
    assert (await post(server, "verify", token)).status_code == 204
    assert (await log_in(server, ada.name)).status_code == 200


async def test_without_a_mail_server(server: RunningServer) -> None:
    ada = await server.register()
    assert_refused(await ada.post("/auth/email/verification"), 409, "mail_not_configured")
    body = {"email": "b@example.com", "password": PASSWORD}
    assert_refused(await ada.post("/auth/email", json=body), 409, "mail_not_configured")
    nobody = await server.http.post("/auth/email/verification")
    assert_refused(nobody, 401, "invalid_token")
    admin = await server.admin()
    change = {"require_verified_email": True}
    refused = await admin.request("PATCH", "/admin/settings", json=change)
    assert_refused(refused, 409, "mail_not_configured")


@pytest.fixture
async def changing(
    start_server: StartServer, mails: MailServer
) -> AsyncIterator[tuple[RunningServer, Person, str, str]]:
    """Somebody, the address they have and the one that they want."""
    server = await start_server(**mailing(mails))
    ada = await server.register()
    yield server, ada, await email_of(ada), f"Next-{secrets.token_hex(6)}@example.com"


async def begin(ada: Person, email: str, password: str = PASSWORD) -> httpx2.Response:
    return await ada.post("/auth/email", json={"email": email, "password": password})


async def links(mails: MailServer, *addresses: str) -> list[str]:
    """The tokens that went to these addresses, which got one mail each."""
    found = dict([(await link_in(mails, "email"))[:2] for _ in addresses])
    return [found[address] for address in addresses]


async def pending(ada: Person) -> Any:
    return (await ada.get("/auth/me")).json()["pending_email"]


async def test_both_addresses_confirm_a_change(
    changing: tuple[RunningServer, Person, str, str], mails: MailServer
) -> None:
    server, ada, old, new = changing
    assert_refused(await begin(ada, new, "not the password"), 403, "wrong_password")
    bob = await server.register()
    assert_refused(await begin(ada, (await email_of(bob)).upper()), 409, "email_taken")
    await forget(server, old)
    _, mail = await mails.mail()
    (reset,) = re.findall(r"/reset#token=(\S+)\s*$", mail.get_content(), re.MULTILINE)
    assert (await begin(ada, new)).status_code == 202
    of_old, of_new = await links(mails, old, new)
    assert (await email_of(ada), await pending(ada)) == (old, new)
    assert (await post(server, "confirm", of_new)).json() == {"done": False}
    assert (await post(server, "confirm", of_new)).json() == {"done": False}
    assert await email_of(ada) == old
    assert (await post(server, "confirm", of_old)).json() == {"done": True}
    me = (await ada.get("/auth/me")).json()
    assert (me["email"], me["pending_email"], me["email_verified"]) == (new, None, True)
    for token in (of_old, of_new):
        assert_refused(await post(server, "confirm", token), 422, "invalid_email_link")
        assert_refused(await post(server, "cancel", token), 422, "invalid_email_link")
    # What was sent to the old address opens nothing any more.
    body = {"token": reset, "new_password": "another long passphrase"}
    answer = await server.http.post("/auth/password/reset", json=body)
    assert_refused(answer, 422, "invalid_reset_token")
    assert (await log_in(server, new.lower())).status_code == 200
    assert_refused(await log_in(server, old), 401, "invalid_credentials")
    events = (await ada.get("/auth/audit")).json()["events"]
    actions = [event["action"] for event in events if event["action"].startswith("email_")]
    assert actions == ["email_changed", "email_change_begun"]


async def test_a_change_is_ended_by_either_address_and_by_its_owner(
    changing: tuple[RunningServer, Person, str, str], mails: MailServer
) -> None:
    server, ada, old, new = changing
    for ends in (0, 1):
        assert (await begin(ada, new)).status_code == 202
        tokens = await links(mails, old, new)
        assert (await post(server, "cancel", tokens[ends])).status_code == 204
        assert_refused(await post(server, "confirm", tokens[1 - ends]), 422, "invalid_email_link")
        assert await pending(ada) is None
    assert (await begin(ada, new)).status_code == 202
    tokens = await links(mails, old, new)
    assert (await ada.request("DELETE", "/auth/email")).status_code == 204
    assert (await ada.request("DELETE", "/auth/email")).status_code == 204
    for token in tokens:
        assert_refused(await post(server, "confirm", token), 422, "invalid_email_link")
    assert_refused(await begin(ada, new), 429, "rate_limited")
    assert await email_of(ada) == old


async def test_a_change_that_comes_too_late(
    changing: tuple[RunningServer, Person, str, str], mails: MailServer
) -> None:
    server, ada, old, new = changing
    assert (await begin(ada, new)).status_code == 202
    tokens = await links(mails, old, new)
    await make_expired(server)
    assert await pending(ada) is None
    assert_refused(await post(server, "confirm", tokens[0]), 422, "invalid_email_link")
    await server.app.state.services.database.write(purge_links, utc_now())

    assert (await begin(ada, new)).status_code == 202
    of_old, of_new = await links(mails, old, new)
    assert (await post(server, "confirm", of_old)).json() == {"done": False}
    name = f"new-{secrets.token_hex(6)}"
    body = {"username": name, "email": new, "password": PASSWORD}
    assert (await server.http.post("/auth/register", json=body)).status_code == 201
    assert_refused(await post(server, "confirm", of_new), 409, "email_taken")
    assert await email_of(ada) == old

    await server.app.state.services.accounts.set_enabled(ada.name, False)
    await server.app.state.services.accounts.set_enabled(ada.name, True)
    assert_refused(await post(server, "cancel", of_old), 422, "invalid_email_link")
