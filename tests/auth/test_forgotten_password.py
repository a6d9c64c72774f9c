"""Who forgot a password gets a link by mail; who asks for somebody else learns nothing."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from app.config import Settings
from tests.conftest import StartServer
from tests.support.certificates import LOCALHOST, self_signed
from tests.support.patience import PATIENCE_SECONDS
from tests.support.refusals import assert_refused
from tests.support.server import PASSWORD, Person, RunningServer
from tests.support.smtp import MailServer, mail_server

pytestmark = pytest.mark.anyio

NEW = "another long passphrase"
PUBLIC = "https://chat.example.com"


@pytest.fixture
async def mails() -> AsyncIterator[MailServer]:
    async with mail_server() as running:
        yield running


def mailing(mails: MailServer, **more: object) -> dict[str, Any]:
    settings = {
        "smtp_host": "127.0.0.1",
        "smtp_port": mails.port,
        "smtp_tls": "none",
        "smtp_from": "chat@example.com",
        "public_url": f"{PUBLIC}/",
    }
    return settings | more


async def forget(server: RunningServer, email: str, **headers: str) -> httpx2.Response:
    return await server.http.post("/auth/password/forgot", json={"email": email}, headers=headers)


async def email_of(person: Person) -> str:
    email: str = (await person.get("/auth/me")).json()["email"]
    return email


async def test_the_link_sets_a_password_once(
    start_server: StartServer, mails: MailServer, capfd: pytest.CaptureFixture[str]
) -> None:
    server = await start_server(**mailing(mails))
    ada = await server.register()
    email = await email_of(ada)
    answer = await forget(server, email.upper(), Host="evil.example.com")
    assert (answer.status_code, answer.content) == (202, b"")
    recipient, mail = await mails.mail()
    assert recipient == mail["To"] == email
    text = mail.get_content()
    assert mail["Subject"] == "重置密码" and ada.name in text and "evil" not in mail.as_string()
    (token,) = re.findall(rf"^{PUBLIC}/reset#token=(\S+)$", text, re.MULTILINE)
    body = {"token": token, "new_password": NEW}
    assert (await server.http.post("/auth/password/reset", json=body)).status_code == 204
    assert_refused(await ada.get("/auth/me"), 401, "invalid_token")
    again = await server.http.post("/auth/password/reset", json=body)
    assert_refused(again, 422, "invalid_reset_token")
    await server.log_in(ada.name, NEW)
    logged = await asyncio.to_thread(capfd.readouterr)
    assert token not in logged.err + logged.out and email not in logged.err + logged.out


@pytest.mark.databases("sqlite")
async def test_strangers_and_disabled_accounts_get_no_mail_and_the_same_answer(
    start_server: StartServer, mails: MailServer
) -> None:
    server = await start_server(**mailing(mails))
    ada, gone = await server.register(), await server.register()
    emails = [await email_of(gone), "nobody@example.com", await email_of(ada)]
    await server.app.state.services.accounts.set_enabled(gone.name, False)
    answers = [await forget(server, email, **{"Accept-Language": "en"}) for email in emails]
    assert {(answer.status_code, answer.content) for answer in answers} == {(202, b"")}
    recipient, mail = await mails.mail()  # sent in order: the others would have come before
    assert (recipient, mail["Subject"]) == (emails[-1], "A new password")
    assert mails.is_empty


async def test_an_address_gets_a_few_mails_and_its_owner_is_not_locked_out(
    start_server: StartServer, mails: MailServer
) -> None:
    server = await start_server(**mailing(mails), login_rate_limit_per_minute=8)
    ada, bob = await server.register(), await server.register()
    email = await email_of(ada)
    for _ in range(6):
        assert (await forget(server, email)).status_code == 202
    assert (await forget(server, await email_of(bob))).status_code == 202
    received = [(await mails.mail())[0] for _ in range(4)]
    assert received == [email] * 3 + [await email_of(bob)]
    await server.log_in(ada.name, PASSWORD)
    while (answer := await forget(server, "nobody@example.com")).status_code == 202:
        pass
    assert_refused(answer, 429, "rate_limited")


@pytest.mark.databases("sqlite")
async def test_a_password_goes_only_to_a_mail_server_with_a_good_certificate(
    start_server: StartServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = tmp_path / "cert.pem"
    tls = await asyncio.to_thread(self_signed, certificate, LOCALHOST)
    login = {"smtp_username": "chat", "smtp_password": "mail secret"}
    async with mail_server(tls) as mails:
        secure = mailing(mails, smtp_host="localhost", smtp_tls="starttls", **login)
        wary = await start_server(**secure)
        ada = await wary.register()
        assert (await forget(wary, await email_of(ada))).status_code == 202
        async with asyncio.timeout(PATIENCE_SECONDS):
            await mails.connected.wait()
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        server = await start_server(**secure)
        bob = await server.register()
        assert (await forget(server, await email_of(bob))).status_code == 202
        assert (await mails.mail())[0] == await email_of(bob)
        assert mails.logins == ["\0chat\0mail secret"] and mails.is_empty


@pytest.mark.databases("sqlite")
async def test_an_address_that_mail_cannot_carry_stops_nobody_elses(
    start_server: StartServer, mails: MailServer
) -> None:
    server = await start_server(**mailing(mails))
    strange = "用户@例子.example.com"
    body = {"username": "yong-hu", "email": strange, "password": PASSWORD}
    assert (await server.http.post("/auth/register", json=body)).status_code == 201
    ada = await server.register()
    for email in (strange, await email_of(ada)):
        assert (await forget(server, email)).status_code == 202
    assert (await mails.mail())[0] == await email_of(ada)


@pytest.mark.databases("sqlite")
async def test_a_mail_server_that_is_away_harms_nothing(
    start_server: StartServer, mails: MailServer
) -> None:
    server = await start_server(**mailing(mails, smtp_port=1))
    ada = await server.register()
    assert (await forget(server, await email_of(ada))).status_code == 202
    assert (await ada.get("/auth/me")).status_code == 200


@pytest.mark.databases("sqlite")
async def test_without_a_mail_server_it_says_so(server: RunningServer) -> None:
    assert_refused(await forget(server, "ada@example.com"), 409, "mail_not_configured")


def test_a_mail_server_alone_is_not_enough() -> None:
    with pytest.raises(ValueError, match="PUBLIC_URL"):
        Settings(_env_file=None, smtp_host="mail.example.com")
